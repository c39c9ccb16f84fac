import type { Extent } from '../geometry.ts';

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
