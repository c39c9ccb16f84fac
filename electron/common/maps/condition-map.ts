import { boundsOf, intersect } from '../geometry.ts';
import type { Bounds, Extent } from '../geometry.ts';

/** What a map tells of a picture. */
export const mapKinds = ['canny', 'depth', 'segmentation'] as const;
export type MapKind = (typeof mapKinds)[number];

/** A condition map: white edges on black; grey where bright is near; or classes in the colours of the palette. */
export interface ConditionMap extends Extent {
  readonly kind: MapKind;
  readonly data: Uint8Array; // [height][width] for canny and depth, [height][width][3] for segmentation
}

export const channelsOf = (kind: MapKind): 1 | 3 => (kind === 'segmentation' ? 3 : 1);

export const newMap = (kind: MapKind, { width, height }: Extent): ConditionMap => ({
  kind,
  width,
  height,
  data: new Uint8Array(width * height * channelsOf(kind)),
});

/** The map as RGB, which is how models and screens take it. @returns [height][width][3] */
export function mapToRgb({ kind, data }: ConditionMap): Uint8Array {
  if (kind === 'segmentation') return data;
  const out = new Uint8Array(data.length * 3);
  for (let i = 0, to = 0; i < data.length; i++, to += 3) out[to] = out[to + 1] = out[to + 2] = data[i]!;
  return out;
}

/** A part of a map; beyond its edges there is nothing. @param part pixels of the map */
export function cropMap(map: ConditionMap, part: Bounds): ConditionMap {
  const inside = intersect(part, boundsOf(map));
  if (part.x === 0 && part.y === 0 && part.width === map.width && part.height === map.height) return map;
  const out = newMap(map.kind, part);
  const channels = channelsOf(map.kind);
  for (let y = inside.y; y < inside.y + inside.height; y++) {
    const from = (y * map.width + inside.x) * channels;
    const to = ((y - part.y) * part.width + inside.x - part.x) * channels;
    out.data.set(map.data.subarray(from, from + inside.width * channels), to);
  }
  return out;
}
