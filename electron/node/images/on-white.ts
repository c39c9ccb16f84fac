import { colourChannels, hasAlpha, maxSample, newSamples } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { inSlices } from '#common/raster/slices.ts';
import type { Pause } from '#common/raster/slices.ts';

/** The picture without transparency, as it looks on white paper. */
export async function onWhite(raster: Raster, pause: Pause): Promise<Raster> {
  if (!hasAlpha(raster)) return raster;
  const { width, height, channels, depth, data: from } = raster;
  const colours = colourChannels(raster);
  const white = maxSample(depth);
  const data = newSamples(depth, width * height * colours);
  await inSlices(height, width * channels, pause, (first, end) => {
    for (let pixel = first * width; pixel < end * width; pixel++) {
      const alpha = from[pixel * channels + colours]!;
      for (let channel = 0; channel < colours; channel++) {
        const colour = from[pixel * channels + channel]!;
        data[pixel * colours + channel] = Math.round((colour * alpha + white * (white - alpha)) / white);
      }
    }
  });
  return { ...raster, channels: colours, data };
}
