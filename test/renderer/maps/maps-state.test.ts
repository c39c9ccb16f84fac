import { expect, onTestFinished, test } from 'vitest';
import type { ConditionMap } from '#common/maps/condition-map.ts';
import type { FileHandle } from '#common/contract/documents.ts';
import { projectId } from '#common/document/records.ts';
import { setCanvas } from '#common/document/canvas-commands.ts';
import { DocumentState } from '../../../renderer/state/document.svelte.ts';
import { EngineState } from '../../../renderer/state/engine.svelte.ts';
import { Problems } from '../../../renderer/state/problems.svelte.ts';
import type { SeenPicture } from '../../../renderer/state/seen-picture.svelte.ts';
import { MapWorker } from '../../../renderer/maps/map-worker.ts';
import { MapsState } from '../../../renderer/state/maps.svelte.ts';
import { drawingTool } from '../../../renderer/tools/maps/drawing.ts';
import { pointingTool } from '../../../renderer/tools/maps/pointing.ts';
import { strokeTool } from '../../../renderer/tools/maps/stroke.ts';
import type { ToolPoint } from '../../../renderer/tools/tool.ts';
import { countClasses } from '../../../electron/common/maps/statistics.ts';
import { documentId } from '../fake-documents.ts';
import { blob, FakeHost } from '../fake-host.ts';
import { listenInEffect } from '../state/in-effects.svelte.ts';
import { classMap, edgeMapOf, edgeText, greyMap } from '../../unit/maps/maps.ts';

const noWorker = new MapWorker(() => {
  throw new Error('no worker is needed here');
});

const noPicture = { look: () => Promise.resolve(undefined) } as SeenPicture;

/** Maps of no document yet, on an engine that keeps blobs. */
async function newMaps() {
  const host = new FakeHost();
  host.stored = new Map();
  const problems = new Problems();
  const engine = new EngineState(host, problems);
  const document = new DocumentState(engine, problems);
  host.connect();
  await document.connected(engine.require());
  const maps = new MapsState({ document, engine, problems, seen: noPicture }, noWorker);
  onTestFinished(listenInEffect(maps));
  return { host, problems, document, maps };
}

/** … with a map. */
async function mapsWith(map: ConditionMap) {
  const all = await newMaps();
  await all.maps.put(map, { extractor: 'test' });
  return all;
}

const held = { shift: false, alt: false, mod: false };
const at = (x: number, y: number): ToolPoint => ({ screen: { x, y }, image: { x, y }, pressure: 0.5 });
const redraw = (): void => undefined;

test('a stroke is a gesture of the document, undone and redone as a whole', async () => {
  const { maps, document } = await mapsWith(edgeMapOf('....', '....'));
  const pencil = strokeTool('pencil', { maps, redraw });
  pencil.press!(at(0.5, 0.5), held);
  pencil.drag!([at(2.5, 0.5), at(3.5, 1.5)], held);
  pencil.release!(at(3.5, 1.5), held);
  expect(edgeText(maps.open!.map)).toEqual(['###.', '...#']);
  await maps.written();
  expect(document.undoName).toBe('Paint in the map');
  document.undo();
  await expect.poll(() => edgeText(maps.open!.map)).toEqual(['....', '....']);
  document.redo();
  await expect.poll(() => edgeText(maps.open!.map)).toEqual(['###.', '...#']);
  document.undo();
  document.undo();
  await expect.poll(() => maps.open).toBeUndefined();
});

test('strokes that follow each other faster than they are written down are all there, each a gesture', async () => {
  const { maps, document, host } = await mapsWith(edgeMapOf('....'));
  const pencil = strokeTool('pencil', { maps, redraw });
  for (const x of [0.5, 1.5, 3.5]) {
    pencil.press!(at(x, 0.5), held);
    pencil.release!(at(x, 0.5), held);
  }
  await maps.written();
  expect(edgeText(maps.open!.map)).toEqual(['##.#']);
  document.undo();
  await expect.poll(() => edgeText(maps.open!.map)).toEqual(['##..']);
  document.undo();
  await expect.poll(() => edgeText(maps.open!.map)).toEqual(['#...']);
  await document.written();
  const [written] = [...host.documents.written.values()];
  expect(Object.fromEntries(written!)).toEqual(
    Object.fromEntries(document.store.all().map((record) => [record.id, record])),
  );
});

test('a map is read back from its tiles, bit for bit, for every kind', async () => {
  const many = Array.from({ length: 300 }, (_, x) => (x * 7) % 133);
  const maps = [edgeMapOf('#'.repeat(300)), greyMap('depth', [many, many]), classMap([many, many.toReversed()])];
  for (const map of maps) {
    const { maps: state, document, host } = await mapsWith(map);
    const records = document.store.all();
    const again = await newMaps();
    again.host.stored = host.stored;
    state.kind = again.maps.kind = map.kind;
    await again.document.create('map.png', records);
    await expect.poll(() => again.maps.open?.map).toEqual(map);
  }
});

test('pixels that cannot be written down are taken back and told of', async () => {
  const { maps, document, host, problems } = await mapsWith(edgeMapOf('..'));
  host.isDiskFull = true;
  const pencil = strokeTool('pencil', { maps, redraw });
  pencil.press!(at(0.5, 0.5), held);
  pencil.release!(at(0.5, 0.5), held);
  await expect.poll(() => problems.list.length).toBe(1);
  await expect.poll(() => maps.open && edgeText(maps.open.map)).toEqual(['..']);
  expect(document.undoName).toBe('New map');
});

test('a stroke that is cancelled never happened', async () => {
  const { maps, document } = await mapsWith(edgeMapOf('..'));
  const pencil = strokeTool('pencil', { maps, redraw });
  pencil.press!(at(0.5, 0.5), held);
  expect(pencil.cancel!()).toBe(true);
  expect(edgeText(maps.open!.map)).toEqual(['..']);
  expect(pencil.cancel!()).toBe(false);
  expect(document.undoName).toBe('New map');
});

test('a curve is drawn in two gestures: its ends, then its bend', async () => {
  const { maps } = await mapsWith(edgeMapOf('.....', '.....', '.....'));
  const curve = drawingTool('curve', { maps, redraw });
  curve.press!(at(0.5, 2.5), held);
  curve.release!(at(4.5, 2.5), held);
  expect(edgeText(maps.open!.map).join('')).not.toContain('#');
  curve.press!(at(2.5, -1.5), held);
  curve.release!(at(2.5, -1.5), held);
  expect(edgeText(maps.open!.map).join('')).toContain('#');
});

test('Shift keeps a line level', async () => {
  const { maps } = await mapsWith(edgeMapOf('....', '....'));
  const line = drawingTool('line', { maps, redraw });
  line.press!(at(0.5, 0.5), held);
  line.release!(at(3.5, 1.4), { ...held, shift: true });
  expect(edgeText(maps.open!.map)).toEqual(['####', '....']);
});

test('classes: fill, replace everywhere, pick up, name a region', async () => {
  const { maps } = await mapsWith(classMap([[1, 1, 2, 1]]));
  const { settings } = maps;
  const use = (id: 'fill' | 'replace' | 'pick' | 'region', x: number): void =>
    pointingTool(id, { maps, redraw }).press!(at(x, 0.5), held);
  const counted = () => countClasses(maps.open!.map).map(({ index, pixels }) => [index, pixels]);
  settings.classIndex = 9;
  use('fill', 0.5);
  expect(counted()).toEqual([
    [9, 2],
    [1, 1],
    [2, 1],
  ]);
  use('pick', 2.5);
  expect(settings.classIndex).toBe(2);
  use('replace', 0.5);
  expect(counted()).toEqual([
    [2, 3],
    [1, 1],
  ]);
  maps.regions = Int32Array.of(0, 1, 1, 0);
  settings.classIndex = 5;
  use('region', 0.5);
  expect(counted()).toEqual([
    [2, 2],
    [5, 2],
  ]);
});

test('findings follow finished changes, and a fix is a gesture', async () => {
  const { maps, document } = await mapsWith({ ...edgeMapOf('#...'), data: Uint8Array.of(255, 90, 0, 0) });
  expect(maps.findings).toEqual([{ code: 'grey-edges', share: 0.25, fix: 'threshold' }]);
  await maps.fix('threshold');
  expect(maps.findings).toEqual([]);
  document.undo();
  await expect.poll(() => maps.findings.length).toBe(1);
});

test('without a picture the first map begins a document as large as it is; one map of each kind is kept', async () => {
  const { maps, document } = await newMaps();
  await maps.putBlank('canny');
  expect(document.project).toMatchObject({ name: 'Map', canvas: { x: 0, y: 0, width: 512, height: 512 } });
  await maps.putRamp();
  expect(maps.kind).toBe('depth');
  maps.kind = 'canny';
  expect(maps.open?.map).toMatchObject({ kind: 'canny', width: 512, height: 512 });
  await maps.remove();
  expect(maps.open).toBeUndefined();
  maps.kind = 'depth';
  expect(maps.findings).toEqual([]);
});

test('another document has its own maps', async () => {
  const { maps, document, host } = await mapsWith(edgeMapOf('##'));
  await document.open({ blob, name: 'photo.png' });
  await expect.poll(() => maps.open).toBeUndefined();
  await maps.putBlank('canny');
  expect(maps.open?.map).toMatchObject({ width: 9, height: 9 });
  await document.written();
  expect(host.documents.written.get(documentId)?.has('condition:canny')).toBe(true);
});

test('a model is given a map no larger than its square, and of a cropped picture only what is left', async () => {
  const { maps, document } = await mapsWith(edgeMapOf('........', '########', '........', '........'));
  const given = (square: number) => edgeText(maps.forModel('canny', square).map);
  expect(given(4)).toEqual(['####', '....']);
  expect(maps.forModel('canny', 8).map).toBe(maps.open!.map);
  document.act('Crop', (store) => setCanvas(store, { x: 2, y: 1, width: 3, height: 2 }));
  expect(given(8)).toEqual(['###', '...']);
  expect(maps.findings).toEqual([]);
  document.act('Grow', (store) => setCanvas(store, { ...store.require(projectId).canvas, width: 20 }));
  expect(maps.findings).toMatchObject([{ code: 'wrong-size', expected: { width: 20, height: 2 } }]);
});

test('a map beside the opened file is read with the names of its classes, and brought to the size of the picture', async () => {
  const { maps, document, host } = await newMaps();
  await document.open({ blob, name: 'photo.png' }); // 9 × 9
  const file = classMap([
    [2, 2, 91],
    [2, 2, 91],
    [2, 2, 91],
  ]);
  host.readMap = () => ({ map: file, notes: ['transparent'] });
  const legend = { classes: [{ index: 2, name: 'my car', colour: '#00008e' }] };
  const put = (bytes: Uint8Array, digit: string) => {
    const id = digit.repeat(64) as typeof blob;
    host.stored!.set(id, bytes);
    return id;
  };
  const names = put(new TextEncoder().encode(JSON.stringify(legend)), 'e');
  host.beside = [{ kind: 'segmentation', name: 'photo.seg.png', blob: put(Uint8Array.of(1), 'f'), legend: names }];
  await maps.lookBeside('6f1f7b5e-1111-4222-8333-444455557777' as FileHandle);
  await maps.openBeside(maps.beside[0]!);
  expect(maps.kind).toBe('segmentation');
  expect(maps.open).toMatchObject({ extractor: 'From the file photo.seg.png', names: { 2: 'my car' } });
  expect(countClasses(maps.open!.map)).toEqual([
    { index: 2, pixels: 54 },
    { index: 91, pixels: 27 },
  ]);
  expect(maps.notes).toEqual(['transparent', 'resized']);
  await document.open({ blob, name: 'other.png' });
  await expect.poll(() => maps.beside).toEqual([]);
});
