import { describe, expect, onTestFinished, test } from 'vitest';
import { PointerInput } from '../../../renderer/canvas/pointer-input.ts';
import type { Tool } from '../../../renderer/tools/tool.ts';
import { createToolContext } from '../tools/tool-context.ts';

function create(isPanning = false) {
  let isSpaceHeld = isPanning;
  const { viewport } = createToolContext();
  const element = document.createElement('div');
  element.tabIndex = 0;
  element.setPointerCapture = () => undefined;
  document.body.append(element);
  const told: string[] = [];
  const at = ({ image: { x, y } }: Parameters<NonNullable<Tool['press']>>[0]): string => `${x},${y}`;
  const tool: Tool = {
    cursor: () => 'crosshair',
    press: (point) => void told.push(`${point.isEraser ? 'erase' : 'press'} ${at(point)}`),
    drag: (points) => void told.push(`drag ${points.map(at).join(' ')}`),
    release: (point) => void told.push(`release ${at(point)}`),
    hover: (point) => void told.push(point ? `hover ${at(point)}` : 'left'),
    carry: (from, to) => {
      told.push(`carry ${at(from)} to ${at(to)}`);
      return true;
    },
    cancel: () => {
      told.push('cancel');
      return true;
    },
  };
  const end = new AbortController();
  onTestFinished(() => {
    end.abort();
    element.remove();
  });
  const context = {
    viewport,
    isMac: false,
    tool: () => tool,
    isPanning: () => isSpaceHeld,
    onPointer: () => undefined,
  };
  new PointerInput(element, context, end.signal);
  const send = (
    type: string,
    x: number,
    y: number,
    more: PointerEventInit = {},
    coalesced: [number, number][] = [],
  ) => {
    const make = (clientX: number, clientY: number): PointerEvent =>
      new PointerEvent(type, { clientX, clientY, pointerId: 1, button: 0, bubbles: true, cancelable: true, ...more });
    const event = make(x, y);
    event.getCoalescedEvents = () => coalesced.map(([cx, cy]) => make(cx, cy));
    element.dispatchEvent(event);
  };
  const holdSpace = () => (isSpaceHeld = true);
  return { viewport, told, send, end, holdSpace };
}

describe('a pointer', () => {
  test('is the tool’s, with all places between two frames', () => {
    const { told, send } = create();
    send('pointermove', 60, 30);
    send('pointerdown', 60, 30);
    send('pointermove', 70, 40, {}, [
      [65, 35],
      [70, 40],
    ]);
    send('pointerup', 70, 40);
    expect(told).toEqual(['hover 10,10', 'press 10,10', 'drag 15,15 20,20', 'release 20,20']);
  });

  test.each([
    ['the middle button', false, 1],
    ['the space bar', true, 0],
  ])('moves the picture with %s', (_, isPanning, button) => {
    const { told, send, viewport } = create(isPanning);
    send('pointerdown', 60, 30, { button });
    send('pointermove', 75, 40, { button });
    send('pointerup', 75, 40, { button });
    expect(viewport.view).toEqual({ zoom: 1, x: 65, y: 30 });
    expect(told).toEqual([]);
  });

  test('that the system takes away ends the gesture as if it had not begun', () => {
    const { told, send } = create();
    send('pointerdown', 60, 30);
    send('pointercancel', 60, 30);
    send('pointerup', 60, 30);
    expect(told).toEqual(['press 10,10', 'cancel']);
  });

  test('that is the other end of a pen erases', () => {
    const { told, send } = create();
    send('pointerdown', 60, 30, { pointerType: 'pen', button: 5, buttons: 32, pressure: 0.7 });
    send('pointerup', 60, 30, { pointerType: 'pen', button: 5 });
    expect(told).toEqual(['erase 10,10', 'release 10,10']);
  });

  test('carries what it draws while the space bar is held', () => {
    const { told, send, holdSpace, viewport } = create();
    send('pointerdown', 60, 30);
    holdSpace();
    send('pointermove', 65, 40);
    expect(told).toEqual(['press 10,10', 'carry 10,10 to 15,20']);
    expect(viewport.view.x).toBe(50); // the picture stays
  });

  test('gives up what it draws by Escape, which then means nothing else', () => {
    const { told, send } = create();
    const heard: string[] = [];
    const end = new AbortController();
    document.body.addEventListener('keydown', ({ key }) => heard.push(key), { signal: end.signal });
    const escape = () =>
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
    escape();
    send('pointerdown', 60, 30);
    escape();
    send('pointermove', 70, 30);
    send('pointerup', 70, 30);
    end.abort();
    expect(heard).toEqual(['Escape']);
    expect(told).toEqual(['press 10,10', 'cancel']);
  });

  test('is heard no longer after the end', () => {
    const { told, send, end } = create();
    end.abort();
    send('pointerdown', 60, 30);
    expect(told).toEqual([]);
  });
});

test('a second finger turns the gesture into one of the view: what both hold stays under them', () => {
  const { told, send, viewport } = create();
  send('pointerdown', 150, 120);
  send('pointerdown', 250, 120, { pointerId: 2 });
  expect(told).toEqual(['press 100,100', 'cancel']);
  send('pointermove', 350, 120, { pointerId: 2 });
  expect(viewport.view.zoom).toBeCloseTo(2);
  const left = viewport.toImage({ x: 150, y: 120 });
  const right = viewport.toImage({ x: 350, y: 120 });
  expect([left.x, left.y, right.x, right.y].map(Math.round)).toEqual([100, 100, 200, 100]);
  send('pointermove', 160, 130);
  send('pointermove', 360, 130, { pointerId: 2 });
  expect(viewport.view.zoom).toBeCloseTo(2);
  send('pointerup', 360, 130, { pointerId: 2 });
  send('pointermove', 400, 300); // the finger that is left does nothing more
  expect(told).toEqual(['press 100,100', 'cancel']);
});
