import { boundsOf, intersect } from '../geometry.ts';
import type { Mask } from './masks.ts';
import { colourChannels, hasAlpha, maxSample, newSamples } from './raster.ts';
import type { Raster } from './raster.ts';
import { inSlices } from './slices.ts';
import type { Pause } from './slices.ts';

/** The picture as layers hold it: RGB and alpha. What has no alpha becomes opaque; grey becomes RGB with equal channels. */
export async function asRgba(raster: Raster, pause: Pause): Promise<Raster> {
  const { width, height, channels, depth, data: from } = raster;
  if (channels === 4) return raster;
  const data = newSamples(depth, width * height * 4);
  const [green, blue] = colourChannels(raster) === 3 ? [1, 2] : [0, 0];
  const alpha = hasAlpha(raster) ? channels - 1 : undefined;
  const opaque = maxSample(depth);
  await inSlices(height, width * 4, pause, (first, end) => {
    for (let i = first * width, p = i * channels, to = i * 4; i < end * width; i++, p += channels, to += 4) {
      data[to] = from[p]!;
      data[to + 1] = from[p + green]!;
      data[to + 2] = from[p + blue]!;
      data[to + 3] = alpha === undefined ? opaque : from[p + alpha]!;
    }
  });
  return { ...raster, channels: 4, data };
}

/** A mask that is as see-through as the photo itself, so that a layer under it adds nothing where the photo has nothing.
 * @param mask inside the photo */
export async function withinAlpha(mask: Mask, photo: Raster, pause: Pause): Promise<Mask> {
  if (!hasAlpha(photo)) return mask;
  const { bounds } = mask;
  const { width: across, channels, depth, data: samples } = photo;
  const shared = intersect(bounds, boundsOf(photo));
  if (shared.width !== bounds.width || shared.height !== bounds.height)
    throw new RangeError('a mask outside of its photo');
  const most = maxSample(depth);
  const data = new Uint8Array(mask.data.length);
  await inSlices(bounds.height, bounds.width, pause, (first, end) => {
    for (let row = first; row < end; row++) {
      let p = ((bounds.y + row) * across + bounds.x) * channels + channels - 1;
      for (let i = row * bounds.width; i < (row + 1) * bounds.width; i++, p += channels) {
        data[i] = Math.round((mask.data[i]! * samples[p]!) / most);
      }
    }
  });
  return { bounds, data };
}
