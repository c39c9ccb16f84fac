import { boundsOf, intersect } from '../geometry.ts';
import type { Mask } from './masks.ts';
import { colourChannels, hasAlpha, maxSample, newSamples } from './raster.ts';
import type { Raster, Samples } from './raster.ts';
import { matchRim } from './rim-match.ts';
import type { ColourMatch } from './rim-match.ts';
import { inSlices } from './slices.ts';
import type { Pause } from './slices.ts';

/** Puts new pixels into a photo: a new raster with the colours of `patch` where the mask is 255, those of `onto` bit for bit where it
 * is 0, and a blend between. Alpha stays the photo's own.
 * @param patch as large as the mask's bounds, in the photo's depth, colour space and number of colour channels
 * @param options.matchesRim fit the colours of `patch` to the photo along the rim of the mask
 * @throws RangeError when the three do not belong together */
export async function composite(
  onto: Raster,
  patch: Raster,
  mask: Mask,
  options: { readonly matchesRim: boolean },
  pause: Pause,
): Promise<Raster> {
  requireSameKind(onto, patch, mask);
  const { width, height, channels } = onto;
  const data = newSamples(onto.depth, onto.data.length);
  await inSlices(height, width * channels, pause, (first, end) => {
    data.set(onto.data.subarray(first * width * channels, end * width * channels), first * width * channels);
  });
  const pasted = options.matchesRim ? await matchedToRim(patch, onto, mask, pause) : patch;
  await inSlices(mask.bounds.height, mask.bounds.width * channels, pause, (first, end) => {
    blendRows(data, onto, pasted, mask, first, end);
  });
  return { ...onto, data };
}

/** A patch whose colours are fitted to the photo along the rim of the mask: new samples, the same in everything else.
 * @param patch as large as the mask's bounds, of the photo's depth and number of colour channels */
export async function matchedToRim(patch: Raster, onto: Raster, mask: Mask, pause: Pause): Promise<Raster> {
  const tables = (await matchRim(patch, onto, mask, pause)).map((match) => matchTable(match, onto.depth));
  const { width, height, channels, depth } = patch;
  const data = newSamples(depth, patch.data.length);
  await inSlices(height, width * channels, pause, (first, end) => {
    for (let i = first * width * channels; i < end * width * channels; i += channels) {
      for (let c = 0; c < channels; c++) {
        const table = tables[c];
        data[i + c] = table ? table[patch.data[i + c]!]! : patch.data[i + c]!;
      }
    }
  });
  return { ...patch, data };
}

function blendRows(
  data: Samples,
  { width, channels }: Raster,
  patch: Raster,
  { bounds, data: strengths }: Mask,
  first: number,
  end: number,
): void {
  const colours = channels < 3 ? 1 : 3;
  for (let row = first; row < end; row++) {
    let to = ((bounds.y + row) * width + bounds.x) * channels;
    let from = row * bounds.width * patch.channels;
    for (let i = row * bounds.width; i < (row + 1) * bounds.width; i++, to += channels, from += patch.channels) {
      const strength = strengths[i]!;
      if (strength === 0) continue;
      for (let c = 0; c < colours; c++) {
        const pasted = patch.data[from + c]!;
        const kept = data[to + c]!;
        data[to + c] = strength === 255 ? pasted : (kept * 255 + strength * (pasted - kept) + 127.5) / 255;
      }
    }
  }
}

/** Matched value of every possible sample. */
function matchTable({ gain, offset }: ColourMatch, depth: Raster['depth']): Samples {
  const most = maxSample(depth);
  return newSamples(depth, most + 1).map((_, value) => Math.max(0, Math.min(most, Math.round(gain * value + offset))));
}

function requireSameKind(onto: Raster, patch: Raster, { bounds }: Mask): void {
  const shared = intersect(bounds, boundsOf(onto));
  if (shared.width !== bounds.width || shared.height !== bounds.height) {
    throw new RangeError(
      `the mask of ${bounds.width} × ${bounds.height} at ${bounds.x}, ${bounds.y} sticks out of the photo`,
    );
  }
  if (patch.width !== bounds.width || patch.height !== bounds.height) {
    throw new RangeError(
      `a patch of ${patch.width} × ${patch.height} for a mask of ${bounds.width} × ${bounds.height}`,
    );
  }
  if (patch.depth !== onto.depth || colourChannels(patch) !== colourChannels(onto)) {
    throw new RangeError(
      `a patch of ${patch.channels} × ${patch.depth} bits for a photo of ${onto.channels} × ${onto.depth}`,
    );
  }
}

/** How visible the rim of a mask is: along the lines where the mask begins, passes one half and becomes full, how much steeper
 * neighbouring pixels change across the line than beside it. The mean of the worst line, in levels of 255; the photo's own texture
 * counts too, so compare with the value of the photo before. */
export function seamMetric(raster: Raster, { bounds, data }: Mask): number {
  const { width, height, channels, depth } = raster;
  const colours = colourChannels(raster);
  const strengthAt = (x: number, y: number): number => {
    const [column, row] = [x - bounds.x, y - bounds.y];
    const isIn = column >= 0 && row >= 0 && column < bounds.width && row < bounds.height;
    return isIn ? data[row * bounds.width + column]! : 0;
  };
  const jumpAt = (x: number, y: number, dx: number, dy: number): number => {
    let jump = 0;
    for (let c = 0; c < colours; c++) {
      const at = (step: number): number => raster.data[((y + dy * step) * width + x + dx * step) * channels + c]!;
      const across = at(1) - at(0);
      const beside = (at(0) - at(-1) + at(2) - at(1)) / 2;
      jump += Math.abs(across - beside) / colours;
    }
    return jump * (255 / maxSample(depth));
  };
  const worst = [1, 128, 255].map((threshold) => {
    let [sum, count] = [0, 0];
    for (let y = Math.max(1, bounds.y - 1); y < Math.min(height - 2, bounds.y + bounds.height + 1); y++) {
      for (let x = Math.max(1, bounds.x - 1); x < Math.min(width - 2, bounds.x + bounds.width + 1); x++) {
        const isIn = strengthAt(x, y) >= threshold;
        for (const [dx, dy] of [
          [1, 0],
          [0, 1],
        ] as const) {
          if (isIn === strengthAt(x + dx, y + dy) >= threshold) continue;
          sum += jumpAt(x, y, dx, dy);
          count++;
        }
      }
    }
    return count === 0 ? 0 : sum / count;
  });
  return Math.max(...worst);
}

/** A see-through picture on a plain ground, for formats that know no alpha. @param ground sample value of every channel */
export async function flatten(raster: Raster, ground: number, pause: Pause): Promise<Raster> {
  if (!hasAlpha(raster)) return raster;
  const { width, height, channels, depth, data: from } = raster;
  const colours = colourChannels(raster);
  const most = maxSample(depth);
  const data = newSamples(depth, width * height * colours);
  await inSlices(height, width * channels, pause, (first, end) => {
    for (let i = first * width; i < end * width; i++) {
      const alpha = from[i * channels + colours]!;
      for (let c = 0; c < colours; c++) {
        data[i * colours + c] = Math.round((from[i * channels + c]! * alpha + ground * (most - alpha)) / most);
      }
    }
  });
  return { ...raster, channels: colours, data };
}
