import type { ConditionMap, MapKind } from './condition-map.ts';
import { shareOnPalette } from './statistics.ts';

/** Above this share of grey values between black and white a map is not one of edges. */
const mostGrey = 0.02;
/** Share of pixels in colours of the palette from which on colours are classes. */
const leastOnPalette = 0.9;

/** What kind of map a picture looks like; undefined for any other picture.
 * @param picture read as `segmentation`, which keeps its colours */
export function recogniseMap(picture: ConditionMap): MapKind | undefined {
  const { data } = picture;
  let [grey, between] = [0, 0];
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) continue;
    grey++;
    if (data[i] !== 0 && data[i] !== 255) between++;
  }
  const pixels = data.length / 3;
  if (grey === pixels) return between / pixels <= mostGrey ? 'canny' : 'depth';
  return shareOnPalette(picture) >= leastOnPalette ? 'segmentation' : undefined;
}
