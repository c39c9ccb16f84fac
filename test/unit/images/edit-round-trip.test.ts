import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { boundsOf } from '#common/geometry.ts';
import { composite } from '#common/raster/composite.ts';
import { maskOfBounds, pasteSpread, spreadMask } from '#common/raster/masks.ts';
import type { Mask } from '#common/raster/masks.ts';
import { place, resampleBack } from '#common/raster/placement.ts';
import { rasterOf } from '#common/raster/raster.ts';
import type { Channels, Depth, Raster } from '#common/raster/raster.ts';
import { decodeImage } from '#node/images/decode.ts';
import { encodeBytes, encodeImage } from '#node/images/encode.ts';
import { pause } from '#node/images/pause.ts';
import { builtInProfile, fromSrgb8 } from '#node/images/to-srgb.ts';
import { noisePicture } from '../raster/pictures.ts';
import { temporaryFolder } from './fixtures.ts';

const strengthAt = ({ bounds, data }: Mask, x: number, y: number): number => {
  const [column, row] = [x - bounds.x, y - bounds.y];
  const isIn = column >= 0 && row >= 0 && column < bounds.width && row < bounds.height;
  return isIn ? data[row * bounds.width + column] : 0;
};

function changedPixels(before: Raster, after: Raster, isCounted: (x: number, y: number) => boolean): number {
  let changed = 0;
  for (let y = 0, i = 0; y < before.height; y++) {
    for (let x = 0; x < before.width; x++, i += before.channels) {
      const pixel = before.data.subarray(i, i + before.channels);
      if (isCounted(x, y) && pixel.some((value, c) => value !== after.data[i + c])) changed++;
    }
  }
  return changed;
}

const files: readonly { format: 'png' | 'tiff'; channels: Channels; depth: Depth; isWide: boolean }[] = [
  { format: 'png', channels: 3, depth: 8, isWide: false },
  { format: 'png', channels: 4, depth: 16, isWide: true },
  { format: 'tiff', channels: 3, depth: 16, isWide: true },
  { format: 'tiff', channels: 1, depth: 16, isWide: false },
];

test.each(files)(
  'ten edits, each saved and opened again, change nothing outside their masks: $format, $channels × $depth bit, P3: $isWide',
  async ({ format, channels, depth, isWide }) => {
    const folder = await temporaryFolder();
    const profile = isWide ? await builtInProfile('p3') : undefined;
    const photo: Raster = { ...noisePicture(150, 110, channels, depth), ...(profile && { profile }) };
    let path = join(folder, `photo.${format}`);
    await writeFile(path, await encodeBytes(photo, format));
    const masks: Mask[] = [];
    for (let edit = 0; edit < 10; edit++) {
      const { raster, metadata } = await decodeImage(path);
      const selection = { x: 8 * edit, y: 5 * edit, width: 20 + edit, height: 14 };
      const placement = place(raster, { kind: 'selection', selection }, 32);
      const mask = await spreadMask(maskOfBounds(selection, raster), pasteSpread, placement.visible, pause);
      const { data } = noisePicture(32, 32, 3, 8, edit + 2);
      const square = rasterOf({ width: 32, height: 32, data: data as Uint8Array });
      const patch = await fromSrgb8(await resampleBack(square, placement, mask.bounds, depth, pause), raster);
      const result = await composite(raster, patch, mask, { matchesRim: true }, pause);
      path = join(folder, `edit-${edit}.${format}`);
      await encodeImage(result, path, { metadata });
      masks.push(mask);
    }
    const { raster: last } = await decodeImage(path);
    expect(last.profile && Uint8Array.from(last.profile)).toEqual(profile);
    expect(boundsOf(last)).toEqual(boundsOf(photo));
    const isMasked = (x: number, y: number): boolean => masks.some((mask) => strengthAt(mask, x, y) > 0);
    expect(changedPixels(photo, last, (x, y) => !isMasked(x, y))).toBe(0);
    expect(changedPixels(photo, last, isMasked)).toBeGreaterThan(1000);
  },
);
