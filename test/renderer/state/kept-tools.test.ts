import { flushSync } from 'svelte';
import { expect, onTestFinished, test } from 'vitest';
import { CanvasState } from '../../../renderer/state/canvas.svelte.ts';
import { keepTools } from '../../../renderer/state/kept-tools.svelte.ts';
import { inEffects } from './in-effects.svelte.ts';

/** A page that keeps what is set in a storage of its own. */
function start(texts: Map<string, string>): CanvasState {
  const canvas = new CanvasState();
  const storage = { getItem: (key: string) => texts.get(key) ?? null, setItem: texts.set.bind(texts) };
  onTestFinished(inEffects(() => keepTools(canvas, storage as never)));
  flushSync();
  return canvas;
}

test('brushes and the colour are found as they were left', () => {
  const texts = new Map<string, string>();
  const canvas = start(texts);
  canvas.colour = '#c08040';
  [canvas.tools.paintSize, canvas.tools.paintOpacity, canvas.tools.tolerance] = [23, 0.5, 7];
  flushSync();
  const { tools, colour } = start(texts);
  expect([tools.paintSize, tools.paintOpacity, tools.tolerance, colour]).toEqual([23, 0.5, 7, '#c08040']);
});

test.each(['{', 'null', '7', JSON.stringify({ paintSize: 0, paintOpacity: '1', colour: 'red', brushSize: 1e9 })])(
  'of what is damaged or out of bounds nothing is taken: %s',
  (damaged) => {
    const { tools, colour } = start(new Map([['editar.tools', damaged]]));
    expect([tools.paintSize, tools.paintOpacity, tools.brushSize, colour]).toEqual([60, 1, 80, '#000000']);
  },
);

test('where nothing can be kept, tools can be set all the same', () => {
  const canvas = new CanvasState();
  const full = {
    getItem: (): never => {
      throw new Error('switched off');
    },
    setItem: (): never => {
      throw new Error('full');
    },
  };
  onTestFinished(inEffects(() => keepTools(canvas, full)));
  canvas.tools.paintSize = 9;
  flushSync();
  expect(canvas.tools.paintSize).toBe(9);
});
