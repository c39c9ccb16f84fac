import type { Raster } from '#common/raster/raster.ts';
import { gridColours, gridSide } from '#common/raster/screen-table.ts';
import { isSrgb, profileInfo } from './icc.ts';
import { fromSrgb8, toSrgb8 } from './to-srgb.ts';

/** What lcms makes of the colours of a grid, both ways, for a page that has only arithmetic: bytes of tables of `ScreenTables`, those of 16 bits with
 * the low byte first. Of a damaged profile, which lcms refuses, they say what everything else in the program takes it for: sRGB.
 * @returns null for sRGB, and for what is no profile for RGB */
export async function screenTables(profile: Uint8Array) {
  if (isSrgb(profile) || profileInfo(profile).colourSpace !== 'RGB') return null;
  const grid: Raster = { width: gridSide ** 2, height: gridSide, channels: 3, depth: 8, data: gridColours() };
  const { data: toScreen } = await toSrgb8({ ...grid, profile });
  const { data } = await fromSrgb8(grid, { channels: 3, depth: 16, profile });
  return { side: gridSide, toScreen, fromScreen: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
