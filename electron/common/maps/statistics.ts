import { classesOf, colourOf, nearestClass, offPalette, paletteOf } from '#models/maps';
import type { ConditionMap } from './condition-map.ts';

/** How often each grey value occurs, [256]. */
export function histogram(grey: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (const value of grey) counts[value]!++;
  return counts;
}

/** Pixels of a class in a segmentation map. */
export interface ClassCount {
  readonly index: number; // of the palette, `unlabelled` or `offPalette`
  readonly pixels: number;
}

/** Every class that occurs, the most frequent first. */
export function countClasses(map: ConditionMap): ClassCount[] {
  const counts = histogram(classesOf(map.data));
  return Array.from(counts, (pixels, index) => ({ index, pixels }))
    .filter(({ pixels }) => pixels > 0)
    .toSorted((a, b) => b.pixels - a.pixels || a.index - b.index);
}

/** Share of pixels that are on the palette or unlabelled, 0 … 1. */
export function shareOnPalette(map: ConditionMap): number {
  const stray = countClasses(map).find(({ index }) => index === offPalette)?.pixels ?? 0;
  return 1 - stray / (map.width * map.height);
}

/** How far every pixel is from the map's palette: 0 on it, 255 at 64 levels and more. @returns [height][width] */
export function offPaletteHeat({ data }: ConditionMap): Uint8Array {
  const heat = new Uint8Array(data.length / 3);
  const known = new Map<number, number>();
  const classes = classesOf(data);
  const entries = paletteOf(classes);
  for (let i = 0; i < heat.length; i++) {
    if (classes[i] !== offPalette) continue;
    const [r, g, b] = [data[i * 3]!, data[i * 3 + 1]!, data[i * 3 + 2]!];
    const key = (r << 16) | (g << 8) | b;
    const distance = known.get(key) ?? nearestClass(r, g, b, entries).distance;
    known.set(key, distance);
    heat[i] = Math.min(255, Math.max(1, Math.round(distance * 4)));
  }
  return heat;
}

/** Every colour replaced by the nearest of the palette that most of the map is in. Blended borders go to one of their sides or to a colour between them: look at
 * the map afterwards. */
export function snapToPalette(map: ConditionMap): ConditionMap {
  const classes = classesOf(map.data);
  const entries = paletteOf(classes);
  const data = map.data.slice();
  const known = new Map<number, readonly number[]>();
  for (let i = 0; i < classes.length; i++) {
    if (classes[i] !== offPalette) continue;
    const at = i * 3;
    const key = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
    let colour = known.get(key);
    if (!colour) {
      const { index } = nearestClass(data[at]!, data[at + 1]!, data[at + 2]!, entries);
      known.set(key, (colour = colourOf(index)));
    }
    data.set(colour, at);
  }
  return { ...map, data };
}
