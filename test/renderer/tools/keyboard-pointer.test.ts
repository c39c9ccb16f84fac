import { expect, test } from 'vitest';
import { KeyboardPointer } from '../../../renderer/tools/keyboard-pointer.svelte.ts';
import type { Tool } from '../../../renderer/tools/tool.ts';
import { createToolContext, none } from './tool-context.ts';

/** A pointer over a picture of 400 × 300, and what the tool in hand is told. */
function newPointer(parts: readonly (keyof Tool)[] = ['press', 'drag', 'release', 'hover', 'cancel']) {
  const { viewport } = createToolContext();
  const told: string[] = [];
  const all: Tool = {
    cursor: () => 'none',
    press: ({ image }) => void told.push(`press ${image.x} ${image.y}`),
    drag: ([at]) => void told.push(`drag ${at!.image.x} ${at!.image.y}`),
    release: ({ image }) => void told.push(`release ${image.x} ${image.y}`),
    hover: (at) => void told.push(`hover ${at!.image.x} ${at!.image.y}`),
    cancel: () => told.push('cancel') > 0,
  };
  let tool: Tool = { cursor: all.cursor, ...Object.fromEntries(parts.map((part) => [part, all[part]])) };
  const pointer = new KeyboardPointer({
    ...{ viewport, tool: () => tool, redraw: () => undefined },
    size: () => ({ width: 400, height: 300 }),
  });
  const press = (...keys: string[]) => keys.map((key) => pointer.key(key, none));
  return { pointer, viewport, told, press, takeTool: (other: Tool) => (tool = other) };
}

test('the first arrow shows it in the middle, the next ones move it by a pixel, with Shift by ten', () => {
  const { pointer, told, press } = newPointer();
  press('ArrowLeft');
  expect(pointer.at).toEqual({ x: 200.5, y: 150.5 });
  press('ArrowLeft', 'ArrowDown');
  pointer.key('ArrowRight', { ...none, shift: true });
  expect(pointer.at).toEqual({ x: 209.5, y: 151.5 });
  expect(told.at(-1)).toBe('hover 209.5 151.5');
});

test('between two presses of Enter the tool draws along its way', () => {
  const { pointer, told, press } = newPointer();
  press('ArrowLeft', 'Enter');
  expect(pointer.isDown).toBe(true);
  press('ArrowRight', 'Enter');
  expect(pointer.isDown).toBe(false);
  expect(told.slice(1)).toEqual(['press 200.5 150.5', 'drag 201.5 150.5', 'release 201.5 150.5']);
});

test('Enter begins where it is shown, and first shows it', () => {
  const { pointer, told, press } = newPointer();
  press('Enter');
  expect([pointer.at, pointer.isDown]).toEqual([{ x: 200.5, y: 150.5 }, false]);
  press('Enter');
  expect(told.at(-1)).toBe('press 200.5 150.5');
});

test('what one press does needs no letting go', () => {
  const { pointer, press } = newPointer(['press']);
  press('Enter', 'Enter');
  expect(pointer.isDown).toBe(false);
});

test('it stays on the picture and in sight', () => {
  const { pointer, viewport, press } = newPointer();
  viewport.view = { zoom: 10, x: 0, y: 0 };
  for (let times = 0; times < 50; times++) pointer.key('ArrowRight', { ...none, shift: true });
  expect(pointer.at?.x).toBe(399.5);
  expect(viewport.view.x + 399.5 * 10).toBeLessThanOrEqual(viewport.screen.width);
  press('ArrowRight');
  expect(pointer.at?.x).toBe(399.5);
});

test('Escape gives up a line, leaving ends it, and another tool gives up what the first one drew', () => {
  const { pointer, told, press, takeTool } = newPointer();
  press('Enter', 'Enter');
  expect(pointer.cancel()).toBe(true);
  expect(told.filter((word) => word === 'cancel')).not.toEqual([]);
  press('Enter');
  pointer.leave();
  expect(told.at(-1)).toBe('release 200.5 150.5');
  expect(pointer.at).toBeUndefined();
  press('Enter', 'Enter');
  takeTool({ cursor: () => 'none' });
  expect(pointer.drop()).toBe(true);
  expect(told.at(-1)).toBe('cancel');
  expect(pointer.drop()).toBe(false);
});

test('other keys are the tool’s', () => {
  expect(newPointer().press('[', 'Delete')).toEqual([false, false]);
});
