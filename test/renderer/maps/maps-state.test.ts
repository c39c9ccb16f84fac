import { expect, test } from 'vitest';
import type { EditorState } from '../../../renderer/state/editor.svelte.ts';
import type { EngineState } from '../../../renderer/state/engine.svelte.ts';
import { MapWorker } from '../../../renderer/maps/map-worker.ts';
import { MapsState } from '../../../renderer/state/maps.svelte.ts';
import { drawingTool } from '../../../renderer/tools/maps/drawing.ts';
import { pointingTool } from '../../../renderer/tools/maps/pointing.ts';
import { strokeTool } from '../../../renderer/tools/maps/stroke.ts';
import type { ToolPoint } from '../../../renderer/tools/tool.ts';
import { countClasses } from '../../../electron/common/maps/statistics.ts';
import { classMap, edgeMapOf, edgeText } from '../../unit/maps/maps.ts';

const noWorker = new MapWorker(() => {
  throw new Error('no worker is needed here');
});

/** Maps without a picture. */
function newMaps(): MapsState {
  return new MapsState({ current: undefined } as EditorState, {} as EngineState, noWorker);
}

const held = { shift: false, alt: false, mod: false };
const at = (x: number, y: number): ToolPoint => ({ screen: { x, y }, image: { x, y }, pressure: 0.5 });
const redraw = (): void => undefined;

test('a stroke is one step, undone and redone as a whole', () => {
  const maps = newMaps();
  maps.put(edgeMapOf('....', '....'), 'test');
  const pencil = strokeTool('pencil', { maps, redraw });
  pencil.press!(at(0.5, 0.5), held);
  pencil.drag!([at(2.5, 0.5), at(3.5, 1.5)], held);
  pencil.release!(at(3.5, 1.5), held);
  expect(edgeText(maps.open!.map)).toEqual(['###.', '...#']);
  maps.undo();
  expect(edgeText(maps.open!.map)).toEqual(['....', '....']);
  maps.redo();
  expect(edgeText(maps.open!.map)).toEqual(['###.', '...#']);
});

test('a stroke that is cancelled never happened', () => {
  const maps = newMaps();
  maps.put(edgeMapOf('..'), 'test');
  const pencil = strokeTool('pencil', { maps, redraw });
  pencil.press!(at(0.5, 0.5), held);
  expect(pencil.cancel!()).toBe(true);
  expect(edgeText(maps.open!.map)).toEqual(['..']);
  expect(pencil.cancel!()).toBe(false);
});

test('a curve is drawn in two gestures: its ends, then its bend', () => {
  const maps = newMaps();
  maps.put(edgeMapOf('.....', '.....', '.....'), 'test');
  const curve = drawingTool('curve', { maps, redraw });
  curve.press!(at(0.5, 2.5), held);
  curve.release!(at(4.5, 2.5), held);
  expect(maps.canUndo && edgeText(maps.open!.map).join('')).not.toContain('#');
  curve.press!(at(2.5, -1.5), held);
  curve.release!(at(2.5, -1.5), held);
  expect(edgeText(maps.open!.map).join('')).toContain('#');
});

test('Shift keeps a line level', () => {
  const maps = newMaps();
  maps.put(edgeMapOf('....', '....'), 'test');
  const line = drawingTool('line', { maps, redraw });
  line.press!(at(0.5, 0.5), held);
  line.release!(at(3.5, 1.4), { ...held, shift: true });
  expect(edgeText(maps.open!.map)).toEqual(['####', '....']);
});

test('classes: fill, replace everywhere, pick up, name a region', () => {
  const maps = newMaps();
  maps.put(classMap([[1, 1, 2, 1]]), 'test');
  const { settings } = maps;
  const use = (id: 'fill' | 'replace' | 'pick' | 'region', x: number): void =>
    pointingTool(id, { maps, redraw }).press!(at(x, 0.5), held);
  settings.classIndex = 9;
  use('fill', 0.5);
  expect(countClasses(maps.open!.map)).toEqual([1, 2, 9].map((index) => ({ index, pixels: index === 9 ? 2 : 1 })).toSorted((a, b) => b.pixels - a.pixels)); // prettier-ignore
  use('pick', 2.5);
  expect(settings.classIndex).toBe(2);
  use('replace', 0.5);
  expect(countClasses(maps.open!.map)).toEqual([
    { index: 2, pixels: 3 },
    { index: 1, pixels: 1 },
  ]);
  maps.regions = Int32Array.of(0, 1, 1, 0);
  settings.classIndex = 5;
  use('region', 0.5);
  expect(countClasses(maps.open!.map)).toEqual([
    { index: 2, pixels: 2 },
    { index: 5, pixels: 2 },
  ]);
});

test('findings follow finished changes, and a fix is a step', () => {
  const maps = newMaps();
  maps.put({ ...edgeMapOf('#...'), data: Uint8Array.of(255, 90, 0, 0) }, 'test');
  expect(maps.findings).toEqual([{ code: 'grey-edges', share: 0.25, fix: 'threshold' }]);
  maps.fix('threshold');
  expect(maps.findings).toEqual([]);
  maps.undo();
  expect(maps.findings).toHaveLength(1);
});

test('one map of each kind is kept', () => {
  const maps = newMaps();
  maps.putBlank('canny');
  maps.putRamp();
  expect(maps.kind).toBe('depth');
  maps.kind = 'canny';
  expect(maps.open?.map).toMatchObject({ kind: 'canny', width: 512, height: 512 });
  maps.remove();
  expect(maps.open).toBeUndefined();
  maps.kind = 'depth';
  expect(maps.findings).toEqual([]);
});

test('a model is given a map no larger than its square', () => {
  const maps = newMaps();
  maps.put(edgeMapOf('........', '########', '........', '........'), 'test');
  expect(edgeText(maps.forModel(4))).toEqual(['####', '....']);
  expect(maps.forModel(8)).toBe(maps.open!.map);
});
