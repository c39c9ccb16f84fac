import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundsOf } from '#common/geometry.ts';
import { composite, flatten, seamMetric } from '#common/raster/composite.ts';
import { maskOfBounds, pasteSpread, spreadMask } from '#common/raster/masks.ts';
import type { Mask } from '#common/raster/masks.ts';
import { crop } from '#common/raster/raster.ts';
import type { Depth, Raster } from '#common/raster/raster.ts';
import { matchRim } from '#common/raster/rim-match.ts';
import { withoutPause } from '#common/raster/slices.ts';
import { noisePicture, smoothPicture } from './pictures.ts';

const strengthAt = ({ bounds, data }: Mask, x: number, y: number): number => {
  const [column, row] = [x - bounds.x, y - bounds.y];
  const isIn = column >= 0 && row >= 0 && column < bounds.width && row < bounds.height;
  return isIn ? data[row * bounds.width + column]! : 0;
};

function expectUntouchedOutside(before: Raster, after: Raster, masks: readonly Mask[]): void {
  for (let y = 0, i = 0; y < before.height; y++) {
    for (let x = 0; x < before.width; x++, i += before.channels) {
      if (masks.some((mask) => strengthAt(mask, x, y) > 0)) continue;
      expect(after.data.subarray(i, i + before.channels)).toEqual(before.data.subarray(i, i + before.channels));
    }
  }
}

const region = fc.record({
  x: fc.nat(50),
  y: fc.nat(40),
  width: fc.integer({ min: 1, max: 40 }),
  height: fc.integer({ min: 1, max: 40 }),
});

test.each([8, 16] as const)('keeps every pixel outside the masks through ten edits, %i bit', async (depth: Depth) => {
  await fc.assert(
    fc.asyncProperty(fc.array(region, { minLength: 10, maxLength: 10 }), fc.boolean(), async (regions, matchesRim) => {
      const photo = noisePicture(64, 48, 4, depth);
      const masks: Mask[] = [];
      let current = photo;
      for (const [index, bounds] of regions.entries()) {
        const selection = maskOfBounds(bounds, photo);
        const mask = await spreadMask(selection, { dilate: 0, ramp: 3 }, boundsOf(photo), withoutPause);
        const patch = noisePicture(mask.bounds.width, mask.bounds.height, 3, depth, index + 7);
        current = await composite(current, patch, mask, { matchesRim }, withoutPause);
        masks.push(mask);
      }
      expectUntouchedOutside(photo, current, masks);
      for (let i = 3; i < photo.data.length; i += 4) expect(current.data[i]).toBe(photo.data[i]);
    }),
    { numRuns: 8 },
  );
});

test('takes the patch where the mask is full, and leaves the photo object alone', async () => {
  const photo = noisePicture(20, 20, 3, 16);
  const copy = photo.data.slice();
  const mask = maskOfBounds({ x: 4, y: 5, width: 6, height: 7 }, photo);
  const patch = noisePicture(6, 7, 3, 16, 3);
  const result = await composite(photo, patch, mask, { matchesRim: false }, withoutPause);
  expect(crop(result, mask.bounds).data).toEqual(patch.data);
  expect(photo.data).toEqual(copy);
});

test('pasting what is there already changes nothing', async () => {
  for (const depth of [8, 16] as const) {
    const photo = smoothPicture(120, 90, 3, depth);
    const selection = maskOfBounds({ x: 40, y: 30, width: 30, height: 20 }, photo);
    const mask = await spreadMask(selection, pasteSpread, boundsOf(photo), withoutPause);
    const result = await composite(photo, crop(photo, mask.bounds), mask, { matchesRim: true }, withoutPause);
    expect(result.data).toEqual(photo.data);
  }
});

/** A patch that shows the photo with a colour cast, and something new in the middle. */
function castPatch(photo: Raster, { bounds }: Mask, gain: number, offset: number): Raster {
  const patch = crop(photo, bounds);
  const full = photo.depth === 8 ? 1 : 257;
  const data = patch.data.map((value) => Math.max(0, Math.min(255 * full, Math.round(value * gain + offset * full))));
  return { ...patch, data };
}

test.each([8, 16] as const)(
  'finds a colour cast on the rim although a third of it shows something else, %i bit',
  async (depth) => {
    const photo = smoothPicture(300, 240, 3, depth);
    const selection = maskOfBounds({ x: 90, y: 70, width: 110, height: 90 }, photo);
    const mask = await spreadMask(selection, pasteSpread, boundsOf(photo), withoutPause);
    const patch = castPatch(photo, mask, 0.9, 18);
    const { width, height } = mask.bounds;
    for (let y = 0; y < height; y++) patch.data.fill(0, y * width * 3, (y * width + Math.floor(width / 4)) * 3);
    for (const { gain, offset } of await matchRim(patch, photo, mask, withoutPause)) {
      expect(gain).toBeGreaterThan(1.1);
      expect(gain).toBeLessThan(1.12);
      expect(offset / (depth === 8 ? 1 : 257)).toBeCloseTo(-20, 0);
    }
  },
);

test('does not touch colours when the rim shows something else altogether', async () => {
  const photo = smoothPicture(120, 90);
  const selection = maskOfBounds({ x: 40, y: 30, width: 30, height: 20 }, photo);
  const mask = await spreadMask(selection, pasteSpread, boundsOf(photo), withoutPause);
  const black = { ...crop(photo, mask.bounds), data: new Uint8Array(mask.bounds.width * mask.bounds.height * 3) };
  expect(await matchRim(black, photo, mask, withoutPause)).toEqual(Array(3).fill({ gain: 1, offset: 0 }));
});

test('shows no seam after colour match and ramp where a plain paste shows one', async () => {
  const photo = smoothPicture(300, 240);
  const selection = maskOfBounds({ x: 90, y: 70, width: 110, height: 90 }, photo);
  const ramped = await spreadMask(selection, pasteSpread, boundsOf(photo), withoutPause);
  const plain = await composite(
    photo,
    castPatch(photo, selection, 1, 20),
    selection,
    { matchesRim: false },
    withoutPause,
  );
  const matched = await composite(photo, castPatch(photo, ramped, 1, 20), ramped, { matchesRim: true }, withoutPause);
  expect(seamMetric(plain, selection) - seamMetric(photo, selection)).toBeGreaterThan(15);
  expect(seamMetric(matched, ramped) - seamMetric(photo, ramped)).toBeLessThan(0.5);
});

async function smallPaste(): Promise<{ photo: Raster; mask: Mask }> {
  const photo = smoothPicture(160, 120);
  const selection = maskOfBounds({ x: 50, y: 40, width: 60, height: 40 }, photo);
  return { photo, mask: await spreadMask(selection, { dilate: 0, ramp: 6 }, boundsOf(photo), withoutPause) };
}

test('matching removes the seam of any cast it can undo, and never makes one worse', async () => {
  const { photo, mask } = await smallPaste();
  const gains = fc.double({ min: 0.85, max: 1.15, noNaN: true });
  await fc.assert(
    fc.asyncProperty(gains, fc.integer({ min: -20, max: 20 }), async (gain, offset) => {
      const patch = castPatch(photo, mask, gain, offset);
      const midToneShift = Math.abs((127.5 * (1 - gain) - offset) / gain); // that undoing the cast means; 38 is the most
      const plain = await composite(photo, patch, mask, { matchesRim: false }, withoutPause);
      const matched = await composite(photo, patch, mask, { matchesRim: true }, withoutPause);
      const before = seamMetric(photo, mask);
      expect(seamMetric(matched, mask)).toBeLessThanOrEqual(Math.max(seamMetric(plain, mask), before) + 0.1);
      if (midToneShift < 36) expect(seamMetric(matched, mask) - before).toBeLessThan(0.3);
    }),
    { numRuns: 20 },
  );
});

test('a patch that has nothing to do with the photo seams no worse for being matched', async () => {
  const { photo, mask } = await smallPaste();
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const patch = noisePicture(mask.bounds.width, mask.bounds.height, 3, 8, seed);
      const plain = await composite(photo, patch, mask, { matchesRim: false }, withoutPause);
      const matched = await composite(photo, patch, mask, { matchesRim: true }, withoutPause);
      expect(seamMetric(matched, mask)).toBeLessThanOrEqual(seamMetric(plain, mask) * 1.02);
    }),
    { numRuns: 10 },
  );
});

test('refuses a patch or mask of another photo', async () => {
  const photo = noisePicture(20, 20);
  const mask = maskOfBounds({ x: 4, y: 5, width: 6, height: 7 }, photo);
  const paste = (patch: Raster, onto = photo): Promise<Raster> =>
    composite(onto, patch, mask, { matchesRim: false }, withoutPause);
  await expect(paste(noisePicture(7, 7))).rejects.toThrow('7 × 7');
  await expect(paste(noisePicture(6, 7, 3, 16))).rejects.toThrow('16 bits');
  await expect(paste(noisePicture(6, 7), noisePicture(8, 8))).rejects.toThrow('sticks out');
});

test('lays transparent pixels on a ground', async () => {
  const data = new Uint8Array([10, 20, 30, 255, 10, 20, 30, 0, 10, 20, 30, 128]);
  const flat = await flatten({ width: 3, height: 1, channels: 4, depth: 8, data }, 255, withoutPause);
  expect([...flat.data]).toEqual([10, 20, 30, 255, 255, 255, 132, 137, 142]);
});
