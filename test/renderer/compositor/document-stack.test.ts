import { describe, expect, test } from 'vitest';
import type { BlobId } from '#common/contract/blobs.ts';
import { openPicture, setCanvas, setCondition, setConditionLook } from '#common/document/canvas-commands.ts';
import { addLayer, replaceTiles, setLayerLook, setLayerMask } from '#common/document/layer-commands.ts';
import type { NewImage } from '#common/document/layer-commands.ts';
import { projectId } from '#common/document/records.ts';
import { blobTiles, documentStack, layersTogether } from '../../../renderer/canvas/document-stack.ts';
import { changedRegions } from '../../../renderer/compositor/layer-stack.ts';

const blob = (digit: string): BlobId => digit.repeat(64) as BlobId;
const image = (channels: 1 | 4, ...tiles: BlobId[]): NewImage => ({
  ...{ extent: { width: 300, height: 200 }, channels, depth: 8, tiles },
});

function create() {
  const store = openPicture({ name: 'photo.png', image: image(4, blob('1'), blob('2')), profile: null, source: null });
  const top = addLayer(store, { name: 'sky', image: image(4, blob('3'), blob('4')), offset: { x: 20, y: 10 } });
  return { store, top };
}

describe('a document on the canvas', () => {
  test('shows its visible layers from the bottom up, with their masks', () => {
    const { store, top } = create();
    setLayerMask(store, top, image(1, blob('5'), blob('6')));
    const stack = documentStack(store);
    expect(stack).toMatchObject({ extent: { width: 300, height: 200 }, depth: 8 });
    expect(stack.layers.map(({ id }) => id)).toEqual(store.require(projectId).layerOrder);
    expect(stack.images[stack.layers[1].mask!].tiles).toEqual([blob('5'), blob('6')]);
    setLayerLook(store, top, { isVisible: false });
    expect(documentStack(store).layers).toHaveLength(1);
  });

  test('shows what a mask hides while it is switched off', () => {
    const { store, top } = create();
    setLayerMask(store, top, image(1, blob('5'), blob('6')));
    setLayerLook(store, top, { isMaskOn: false });
    expect(documentStack(store).layers[1].mask).toBeNull();
  });

  test('two layers together lie on a canvas of their own, the lower one as it is by itself', () => {
    const { store, top } = create();
    setLayerLook(store, top, { blend: 'multiply', opacity: 0.5 });
    const [photo] = store.require(projectId).layerOrder;
    setLayerLook(store, photo!, { blend: 'screen' });
    const { stack, offset } = layersTogether(store, [store.require(photo!), store.require(top)]);
    expect([offset, stack.extent]).toEqual([
      { x: 0, y: 0 },
      { width: 320, height: 210 },
    ]);
    expect(stack.layers.map(({ blend, opacity, offset: at }) => [blend, opacity, at.x, at.y])).toEqual([
      ['normal', 1, 0, 0],
      ['multiply', 0.5, 20, 10],
    ]);
  });

  test('shows a map over the layers while it is visible', () => {
    const { store } = create();
    const id = setCondition(store, { kind: 'depth', extractor: 'test', image: image(1, blob('7'), blob('8')) });
    expect(documentStack(store).layers).toHaveLength(2);
    setConditionLook(store, 'depth', { isVisible: true, opacity: 0.5 });
    expect(documentStack(store).layers.at(-1)).toMatchObject({ id, blend: 'normal', opacity: 0.5 });
    const edges = setCondition(store, { kind: 'canny', extractor: 'test', image: image(1, blob('7'), blob('8')) });
    setConditionLook(store, 'canny', { isVisible: true });
    expect(documentStack(store).layers.at(-1)).toMatchObject({ id: edges, blend: 'screen' }); // black hides nothing
  });

  test('moves with the canvas when it is cropped', () => {
    const { store } = create();
    setCanvas(store, { x: 50, y: 40, width: 100, height: 90 });
    const { extent, layers } = documentStack(store);
    expect(extent).toEqual({ width: 100, height: 90 });
    expect(layers.map(({ offset }) => offset)).toEqual([
      { x: -50, y: -40 },
      { x: -30, y: -30 },
    ]);
  });

  test('changes where a stroke changed it, and nowhere else', () => {
    const { store, top } = create();
    const before = documentStack(store);
    replaceTiles(store, store.require(top).image, new Map([[1, blob('9')]]));
    expect(changedRegions(before, documentStack(store))).toEqual([{ x: 276, y: 10, width: 44, height: 200 }]);
    expect(changedRegions(before, documentStack(store)).length).toBe(1);
  });
});

test('tiles come from the blobs of the connection there is', async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const load = blobTiles(() => ({
    put: () => Promise.reject(new Error('not here')),
    get: () => Promise.resolve(bytes),
    small: (ids) => Promise.resolve(ids.map((id) => new Uint8Array([Number(id[0])]))),
  }));
  expect(await load.tile(blob('1'))).toEqual({ encoded: bytes });
  const many = Array.from({ length: 300 }, (_, i) => blob(String(i % 10)));
  expect(await load.small!(many)).toEqual(many.map((id) => new Uint8Array([Number(id[0])])));
});
