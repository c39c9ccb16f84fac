import type { Mask } from './masks.ts';
import { colourChannels, maxSample } from './raster.ts';
import type { Raster } from './raster.ts';
import { inSlices } from './slices.ts';
import type { Pause } from './slices.ts';

/** Per channel: matched = gain · pasted + offset. */
export interface ColourMatch {
  readonly gain: number;
  readonly offset: number; // in samples of the raster's depth
}

const mostSamples = 4096;
const mostGain = 1.25;
const mostOffset = 0.15; // of full scale
const rounds = 8;
const unchanged: ColourMatch = { gain: 1, offset: 0 };

/** Estimates, on the rim where the mask falls off and both pictures should show the same, how the pasted picture must be changed to
 * meet the photo. Robust: pixels that truly differ (an object crossing the rim) are recognised as outliers by a biweight fit; where
 * they are the majority, or the rim is too small, nothing is changed.
 * @param patch of the size of the mask's bounds @returns one match per colour channel */
export async function matchRim(patch: Raster, onto: Raster, mask: Mask, pause: Pause): Promise<ColourMatch[]> {
  const pixels = await rimPixels(mask, pause);
  const matches: ColourMatch[] = [];
  for (let channel = 0; channel < colourChannels(onto); channel++) {
    const pasted = Float64Array.from(pixels, (i) => patch.data[i * patch.channels + channel]!);
    const photo = Float64Array.from(pixels, (i) => onto.data[indexIn(onto, mask, i) + channel]!);
    matches.push(fit(pasted, photo, maxSample(onto.depth)));
    await pause();
  }
  return matches;
}

function indexIn(onto: Raster, { bounds }: Mask, i: number): number {
  const y = bounds.y + Math.floor(i / bounds.width);
  const x = bounds.x + (i % bounds.width);
  return (y * onto.width + x) * onto.channels;
}

/** An even choice of the partly selected pixels. */
async function rimPixels({ bounds, data }: Mask, pause: Pause): Promise<number[]> {
  const eachPartial = (use: (index: number) => void): Promise<void> =>
    inSlices(bounds.height, bounds.width, pause, (first, end) => {
      for (let i = first * bounds.width; i < end * bounds.width; i++) if (data[i]! > 0 && data[i]! < 255) use(i);
    });
  let count = 0;
  await eachPartial(() => count++);
  const step = Math.max(1, count / mostSamples);
  const chosen: number[] = [];
  let seen = 0;
  await eachPartial((i) => {
    if (seen++ >= chosen.length * step) chosen.push(i);
  });
  return chosen;
}

function fit(pasted: Float64Array, photo: Float64Array, most: number): ColourMatch {
  const count = pasted.length;
  if (count < 32) return unchanged;
  const noise = most / 510; // half an 8-bit level: residuals below it are rounding
  const residuals = new Float64Array(count);
  let match = { gain: 1, offset: median(photo.map((value, i) => value - pasted[i]!)) };
  let inliers = 0;
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < count; i++) residuals[i] = photo[i]! - match.gain * pasted[i]! - match.offset;
    const width = 4.685 * Math.max(noise, 1.4826 * median(residuals.map(Math.abs)));
    const weights = residuals.map((residual) => Math.max(0, 1 - (residual / width) ** 2) ** 2);
    inliers = weights.reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0);
    match = weightedFit(pasted, photo, weights, most);
  }
  const isSound = inliers > count / 2 && Math.abs(match.offset + (match.gain - 1) * (most / 2)) <= mostOffset * most;
  return isSound ? match : unchanged;
}

function weightedFit(pasted: Float64Array, photo: Float64Array, weights: Float64Array, most: number): ColourMatch {
  let [total, meanPasted, meanPhoto] = [0, 0, 0];
  for (let i = 0; i < weights.length; i++) {
    total += weights[i]!;
    meanPasted += weights[i]! * pasted[i]!;
    meanPhoto += weights[i]! * photo[i]!;
  }
  meanPasted /= total;
  meanPhoto /= total;
  let [variance, covariance] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    variance += (weights[i]! * (pasted[i]! - meanPasted) ** 2) / total;
    covariance += (weights[i]! * (pasted[i]! - meanPasted) * (photo[i]! - meanPhoto)) / total;
  }
  const isFlat = variance < (most / 50) ** 2; // too little contrast to tell a gain from an offset
  const gain = isFlat ? 1 : Math.min(mostGain, Math.max(1 / mostGain, covariance / variance));
  return { gain, offset: meanPhoto - gain * meanPasted };
}

const median = (values: Float64Array): number => Float64Array.from(values).sort()[values.length >> 1]!;
