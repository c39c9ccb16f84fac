import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BlobId } from '#common/contract/blobs.ts';
import { invertedMask, maskImage, maskOfImage } from '#common/document/mask-tiles.ts';
import type { NewImage } from '#common/document/layer-commands.ts';
import { newImageId } from '#common/document/records.ts';
import { decodeTile } from '#common/document/tile-codec.ts';
import { tileBounds } from '#common/document/tiles.ts';
import { maskOfBounds } from '#common/raster/masks.ts';
import { windowOf } from '#common/raster/selection.ts';
import { blob } from './documents.ts';

const extent = { width: 600, height: 300 };

function shelf() {
  const stored = new Map<BlobId, Uint8Array>();
  const put = (bytes: Uint8Array): Promise<BlobId> => {
    const id = blob(stored.size + 1);
    stored.set(id, bytes);
    return Promise.resolve(id);
  };
  const get = (id: BlobId) => Promise.resolve(stored.get(id)!);
  const pixelsOf = ({ tiles }: Pick<NewImage, 'tiles'>, index: number): number[] => {
    const { width, height } = tileBounds(extent, index);
    const id = tiles[index]!;
    return id ? [...decodeTile(stored.get(id)!).data] : new Array<number>(width * height).fill(0);
  };
  return { put, get, pixelsOf, stored };
}

test('a mask has the strengths of the selection in every tile, and the opposite when it is inverted', async () => {
  const bounds = fc.record({
    ...{ x: fc.integer({ min: 0, max: 599 }), y: fc.integer({ min: 0, max: 299 }) },
    ...{ width: fc.integer({ min: 1, max: 600 }), height: fc.integer({ min: 1, max: 300 }) },
  });
  await fc.assert(
    fc.asyncProperty(bounds, async (part) => {
      const { put, get, pixelsOf } = shelf();
      const mask = maskOfBounds(part, extent);
      const image = await maskImage(extent, mask, put);
      const inverted = await invertedMask({ ...image, id: newImageId(), type: 'image' }, get, put);
      for (let index = 0; index < 6; index++) {
        const wanted = [...windowOf(mask, tileBounds(extent, index))];
        expect(pixelsOf(image, index).join()).toBe(wanted.join());
        expect(pixelsOf(inverted, index).join()).toBe(wanted.map((strength) => 255 - strength).join());
      }
    }),
    { numRuns: 10 },
  );
});

test('a mask that shows everything is stored as one tile for each size', async () => {
  const { put, stored, pixelsOf } = shelf();
  const image = await maskImage({ width: 1024, height: 512 }, null, put);
  expect([image.tiles.length, stored.size]).toEqual([8, 1]);
  expect(pixelsOf(image, 0).every((strength) => strength === 255)).toBe(true);
});

test('an image of strengths gives back the mask that it was made of', async () => {
  const { put, get } = shelf();
  const data = Uint8Array.from({ length: 600 * 300 }, (_, i) => (i % 600 < 256 ? 0 : i % 251)); // one tile is empty
  const mask = { bounds: { x: 0, y: 0, ...extent }, data };
  const image = await maskImage(extent, mask, put);
  const read = await maskOfImage({ ...image, id: newImageId(), type: 'image' }, get);
  expect(read.bounds).toEqual(mask.bounds);
  expect(Buffer.compare(read.data, data)).toBe(0);
});
