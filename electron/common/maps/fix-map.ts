import { adeToPanoptic } from '#models/maps';
import type { Extent } from '../geometry.ts';
import type { MapFix } from './check-map.ts';
import type { ConditionMap } from './condition-map.ts';
import { resampleMap } from './resample-map.ts';
import { snapToPalette } from './statistics.ts';

/** The map with one finding put right. @param size what `resample` resizes to */
export function fixMap(map: ConditionMap, fix: MapFix, size: Extent): ConditionMap {
  switch (fix) {
    case 'threshold':
      return { ...map, data: map.data.map((value) => (value < 128 ? 0 : 255)) };
    case 'invert':
      return { ...map, data: map.data.map((value) => 255 - value) };
    case 'stretch':
      return stretch(map);
    case 'snap':
      return snapToPalette(map);
    case 'translate':
      return { ...map, data: adeToPanoptic(map.data) };
    case 'resample':
      return resampleMap(map, size);
  }
}

/** Depth from its smallest value to its largest spread over 0 … 255, decimals cut off as depth networks' output is. */
function stretch(map: ConditionMap): ConditionMap {
  let [least, most] = [255, 0];
  for (const value of map.data) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const range = Math.max(1, most - least);
  return { ...map, data: map.data.map((value) => Math.trunc(((value - least) * 255) / range)) };
}
