import { expect, test } from 'vitest';
import { blendModes, blendOnto } from '#common/raster/blend.ts';
import type { BlendMode } from '#common/raster/blend.ts';
import { inBrowser, theBrowser } from '../helpers/browser.ts';
import { noisePicture } from '../unit/raster/pictures.ts';

const side = 48;
/** What a canvas element makes of the two pictures. */
async function inCanvas(below: Uint8Array, above: Uint8Array, mode: BlendMode, opacity: number): Promise<number[]> {
  const page = await theBrowser().newPage();
  try {
    const operation = mode === 'normal' ? 'source-over' : mode;
    return await page.evaluate(`(() => {
      const canvasOf = (samples) => {
        const canvas = new OffscreenCanvas(${side}, ${side});
        canvas.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(samples), ${side}), 0, 0);
        return canvas;
      };
      const canvas = canvasOf(${JSON.stringify([...below])});
      const context = canvas.getContext('2d');
      context.globalCompositeOperation = '${operation}';
      context.globalAlpha = ${opacity};
      context.drawImage(canvasOf(${JSON.stringify([...above])}), 0, 0);
      return [...context.getImageData(0, 0, ${side}, ${side}).data];
    })()`);
  } finally {
    await page.close();
  }
}

/** A canvas holds colours times alpha in whole levels, so only those can be compared. */
const premultiplied = (samples: ArrayLike<number>): number[] =>
  Array.from(samples, (value, i) => (i % 4 === 3 ? value : Math.round((value * samples[i | 3]) / 255)));

function largestDifference(ours: Uint8Array, theirs: readonly number[]): number {
  const [a, b] = [premultiplied(ours), premultiplied(theirs)];
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

const opaque = (samples: Uint8Array): Uint8Array => samples.map((value, i) => (i % 4 === 3 ? 255 : value));

/** Fifths of alpha and multiples of five of colour, so that colour times alpha is whole: a canvas would round the rest away before
 * it blends. */
const fifths = (samples: Uint8Array): Uint8Array =>
  samples.map((value, i) => (i % 4 === 3 ? 51 * (value % 6) : 5 * (value % 52)));
const noise = (seed: number): Uint8Array => noisePicture(side, side, 4, 8, seed).data as Uint8Array;

inBrowser('blending agrees with the canvas of the browser', () => {
  test.each(blendModes)('%s', async (mode) => {
    const [below, above] = [opaque(noise(1)), opaque(noise(2))];
    for (const opacity of [1, 0.6]) {
      const ours = below.slice();
      blendOnto(ours, above, { mode, opacity });
      expect(largestDifference(ours, await inCanvas(below, above, mode, opacity))).toBeLessThanOrEqual(2);
    }
  });

  test.each(blendModes)('%s, see-through pixels', async (mode) => {
    const [below, above] = [fifths(noise(3)), fifths(noise(4))];
    const ours = below.slice();
    blendOnto(ours, above, { mode, opacity: 1 });
    expect(largestDifference(ours, await inCanvas(below, above, mode, 1))).toBeLessThanOrEqual(2);
  });
});
