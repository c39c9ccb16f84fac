import type { RgbImage } from '#models/api';
import { boundsOf, intersect } from '../geometry.ts';
import type { Bounds, Extent } from '../geometry.ts';
import { rgbImageOf } from './depth.ts';
import type { Raster } from './raster.ts';
import { resampleBytes } from './resample-bytes.ts';
import { resample } from './resample.ts';
import type { Pause } from './slices.ts';

/** How a photo meets the model's square. */
export type SizePolicy =
  | { readonly kind: 'whole' } // all of it, continued by reflection to a square
  | { readonly kind: 'square'; readonly at?: { readonly x: number; readonly y: number; readonly size: number } } // left out: the largest, in the middle
  | { readonly kind: 'selection'; readonly selection: Bounds; readonly padding?: number }; // px around the selection

/** Where the model's square lies on the photo. All of it whole numbers, so that going there and back shifts nothing. */
export interface Placement {
  readonly image: Extent;
  readonly source: Bounds; // square, image space; what lies beyond the image is reflection
  readonly visible: Bounds; // the part of `source` inside the image
  readonly modelSize: number;
}

/** Model pixels per image pixel: below 1 the model sees less detail than the photo has, and its result is stretched. */
export const scaleOf = ({ modelSize, source }: Placement): number => modelSize / source.width;

/** Places the model's square. A square or selection that sticks out of the photo is moved inside where it fits; where it is larger
 * than the photo, it is centred and reflected. @throws RangeError for sizes below 1 or numbers that are not whole */
export function place(image: Extent, policy: SizePolicy, modelSize: number): Placement {
  requirePositive({ width: image.width, height: image.height, modelSize });
  const source = sourceSquare(image, policy, modelSize);
  const { width, height } = image; // of a whole picture only its size is kept: placements travel
  return { image: { width, height }, source, visible: intersect(source, boundsOf(image)), modelSize };
}

function sourceSquare(image: Extent, policy: SizePolicy, modelSize: number): Bounds {
  const longest = Math.max(image.width, image.height);
  if (policy.kind === 'whole') return squareAround(image, boundsOf(image), longest);
  if (policy.kind === 'square') {
    const { x = 0, y = 0, size = Math.min(image.width, image.height) } = policy.at ?? {};
    const around = policy.at ? { x, y, width: size, height: size } : boundsOf(image);
    requireWhole({ x, y });
    requirePositive({ size });
    return squareAround(image, around, Math.min(size, longest));
  }
  const { width, height, x, y } = policy.selection;
  requireWhole({ x, y });
  requirePositive({ width, height });
  const extent = Math.max(width, height);
  const wanted = extent + 2 * (policy.padding ?? defaultPadding(extent));
  const atLeast = Math.min(modelSize, image.width, image.height); // smaller would only magnify
  return squareAround(image, policy.selection, Math.min(longest, Math.max(wanted, atLeast)));
}

/** Surroundings that tell the model what it is looking at: a quarter of the selection on each side. */
const defaultPadding = (extent: number): number => Math.max(32, Math.ceil(extent / 4));

function squareAround(image: Extent, { x, y, width, height }: Bounds, size: number): Bounds {
  return {
    x: moveInside(x + Math.floor((width - size) / 2), size, image.width),
    y: moveInside(y + Math.floor((height - size) / 2), size, image.height),
    width: size,
    height: size,
  };
}

function moveInside(start: number, size: number, length: number): number {
  if (size > length) return -Math.floor((size - length) / 2);
  return Math.max(0, Math.min(length - size, start));
}

function requireWhole(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is ${value}, not a whole number`);
  }
}

function requirePositive(values: Readonly<Record<string, number>>): void {
  requireWhole(values);
  for (const [name, value] of Object.entries(values))
    if (value < 1) throw new RangeError(`${name} is ${value}, below 1`);
}

/** What the model sees: its square of the photo, `modelSize` × `modelSize`, byte for byte what the reference makes of a photo that is
 * just this square. @param raster the photo, its colours in sRGB already; alpha is dropped, of 16 bits the high byte counts */
export async function takeSquare(raster: Raster, { source, modelSize }: Placement, pause: Pause): Promise<RgbImage> {
  return await resampleBytes(await rgbImageOf(raster, pause), source, modelSize, pause);
}

/** A part of the model's picture at the size of the photo: the inverse of {@link takeSquare}, without the reflected rim.
 * @param picture `modelSize` × `modelSize`, colours in the photo's own space and depth
 * @param bounds image space, inside `visible` @returns a raster of the size of `bounds` */
export async function resampleBack(
  picture: Raster,
  { source, modelSize }: Placement,
  bounds: Bounds,
  depth: Raster['depth'],
  pause: Pause,
): Promise<Raster> {
  const scale = modelSize / source.width;
  const window = {
    x: (bounds.x - source.x) * scale,
    y: (bounds.y - source.y) * scale,
    width: bounds.width * scale,
    height: bounds.height * scale,
  };
  return await resample(picture, window, bounds, depth, pause);
}
