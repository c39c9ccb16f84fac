import { toDepth } from '#common/raster/depth.ts';
import { colourChannels, hasAlpha, newSamples } from '#common/raster/raster.ts';
import type { Depth, Raster } from '#common/raster/raster.ts';
import { inSlices } from '#common/raster/slices.ts';
import { isSrgb } from './icc.ts';
import { pause } from './pause.ts';
import { fromSrgb8, toSrgb8 } from './to-srgb.ts';

/** What all layers of a document share. */
export interface DocumentColours {
  readonly depth: Depth;
  readonly profile?: Uint8Array; // for RGB; sRGB without one
}

/** Whether the samples of a picture mean the same in a document; only the depth may differ. */
export function hasColoursOf({ profile, channels }: Raster, colours: DocumentColours): boolean {
  if (colourChannels({ channels }) === 1) return !profile && isSrgbOrNone(colours.profile);
  if (isSrgbOrNone(profile)) return isSrgbOrNone(colours.profile);
  return colours.profile !== undefined && Buffer.compare(profile!, colours.profile) === 0;
}

const isSrgbOrNone = (profile: Uint8Array | undefined): boolean => !profile || isSrgb(profile);

/** A picture in the colours and the depth of a document. Where the colours are the same, so are the samples; else they are converted
 * through sRGB in 8 bits. Alpha stays. */
export async function inDocumentColours(raster: Raster, colours: DocumentColours): Promise<Raster> {
  const own = await toDepth(raster, colours.depth, pause);
  if (hasColoursOf(raster, colours)) return own;
  const converted = await fromSrgb8(await toSrgb8(raster), { ...colours, channels: 3 });
  return hasAlpha(own) ? await withAlphaOf(converted, own) : converted;
}

async function withAlphaOf(rgb: Raster, { channels, data: from }: Raster): Promise<Raster> {
  const { width, height, depth } = rgb;
  const data = newSamples(depth, width * height * 4);
  await inSlices(height, width * 4, pause, (first, end) => {
    for (let i = first * width; i < end * width; i++) {
      for (let c = 0; c < 3; c++) data[i * 4 + c] = rgb.data[i * 3 + c]!;
      data[i * 4 + 3] = from[i * channels + channels - 1]!;
    }
  });
  return { ...rgb, channels: 4, data };
}
