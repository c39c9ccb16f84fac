import { expect, test } from 'vitest';
import type { BlobId } from '#common/contract/blobs.ts';
import { place } from '#common/raster/placement.ts';
import { bandMask, selectionOf } from '../../../renderer/canvas/band-mask.ts';

const image = { width: 400, height: 300 };
const wanted = 'a'.repeat(64) as BlobId;
const get = (id: BlobId) => Promise.resolve(new Uint8Array(id === wanted ? 100 * 60 : 0).fill(255));

test('rows show where something is selected, and fade around it as the finished picture does', async () => {
  const placement = place(image, { kind: 'whole' }, 100); // 4 px of the picture for each of the model's
  const selection = await selectionOf(
    { bounds: { x: 200, y: 100, width: 100, height: 60 }, strengths: wanted },
    image,
    get,
  );
  const mask = (await bandMask(selection, placement))!;
  const at = (x: number, y: number): number => {
    const { bounds, data } = mask;
    const [column, row] = [Math.floor(x / 4) - bounds.x, Math.floor((y - placement.source.y) / 4) - bounds.y];
    const isInside = column >= 0 && row >= 0 && column < bounds.width && row < bounds.height;
    return isInside ? data[row * bounds.width + column]! : 0;
  };
  expect([at(202, 102), at(250, 130), at(296, 154)]).toEqual([255, 255, 255]);
  expect(at(188, 130)).toBeGreaterThan(at(180, 130));
  expect(at(180, 130)).toBeGreaterThan(0);
  expect([at(160, 130), at(250, 60), at(250, 200), at(340, 130)]).toEqual([0, 0, 0, 0]);
});

test('a region is as good as strengths, and one the model does not see shows nothing', async () => {
  const region = await selectionOf({ region: { x: 0, y: 0, width: 20, height: 20 } }, image, get);
  const seen = await bandMask(region, place(image, { kind: 'square', at: { x: 0, y: 0, size: 200 } }, 100));
  expect(seen!.data[0]).toBe(255);
  expect(
    await bandMask(region, place(image, { kind: 'square', at: { x: 100, y: 100, size: 200 } }, 100)),
  ).toBeUndefined();
});
