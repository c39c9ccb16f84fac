import { classesOf, offPalette, unlabelled } from '#models/maps';
import type { ConditionMap } from '#common/maps/condition-map.ts';
import { mapToRgb } from '#common/maps/condition-map.ts';
import { relief } from '#common/maps/paint/depth.ts';
import { safeColours } from '#common/maps/safe-colours.ts';
import { countClasses, offPaletteHeat } from '#common/maps/statistics.ts';

/** How a map is shown: as it is; depth as a lit surface; classes in colours every eye tells apart; strays from the palette. */
export const mapLooks = ['plain', 'relief', 'safe', 'heat'] as const;
export type MapLook = (typeof mapLooks)[number];

export interface LookOptions {
  readonly look: MapLook;
  readonly hidden: ReadonlySet<number>; // classes that are not shown
  readonly isOver: boolean; // over a picture, which shows where there is no edge and no class
  readonly regions: Int32Array | undefined; // whose boundaries are drawn, [height][width]
}

/** The map for the screen. @returns [height][width][4] */
export function mapForScreen(map: ConditionMap, { look, hidden, isOver, regions }: LookOptions): ImageData {
  const rgb = coloursFor(map, look);
  const isClasses = map.kind === 'segmentation';
  const classes = isClasses && (hidden.size > 0 || isOver) ? classesOf(map.data) : undefined;
  const isClear = (index: number): boolean => hidden.has(index) || (isOver && look !== 'heat' && index === unlabelled);
  const data = new Uint8ClampedArray(map.width * map.height * 4);
  for (let i = 0, from = 0, to = 0; to < data.length; i++, from += 3, to += 4) {
    data[to] = rgb[from]!;
    data[to + 1] = rgb[from + 1]!;
    data[to + 2] = rgb[from + 2]!;
    if (classes) data[to + 3] = isClear(classes[i]!) ? 0 : 255;
    else data[to + 3] = isOver && map.kind === 'canny' ? rgb[from]! : 255;
  }
  if (isClasses && regions?.length === map.width * map.height) drawBoundaries(data, regions, map.width);
  return new ImageData(data, map.width, map.height);
}

/** Light pixels where a region meets the next to its right or below. */
function drawBoundaries(rgba: Uint8ClampedArray, regions: Int32Array, width: number): void {
  for (let i = 0; i < regions.length; i++) {
    const isLast = i % width === width - 1;
    const meets = (!isLast && regions[i + 1] !== regions[i]) || (regions[i + width] ?? regions[i]) !== regions[i];
    if (meets) rgba.fill(230, i * 4, i * 4 + 3).fill(255, i * 4 + 3, i * 4 + 4);
  }
}

function coloursFor(map: ConditionMap, look: MapLook): Uint8Array {
  if (map.kind === 'depth' && look === 'relief') return mapToRgb({ ...map, data: relief(map) });
  if (map.kind !== 'segmentation') return mapToRgb(map);
  if (look === 'heat') return heatColours(offPaletteHeat(map));
  return look === 'safe' ? inSafeColours(map) : map.data;
}

/** Black, then red, then yellow, the farther from the palette. */
function heatColours(heat: Uint8Array): Uint8Array {
  const out = new Uint8Array(heat.length * 3);
  for (let i = 0; i < heat.length; i++) {
    if (heat[i] === 0) continue;
    out[i * 3] = Math.min(255, 96 + heat[i]! * 2);
    out[i * 3 + 1] = Math.max(0, heat[i]! * 2 - 255);
  }
  return out;
}

function inSafeColours(map: ConditionMap): Uint8Array {
  const classes = countClasses(map).map(({ index }) => index);
  const colours = safeColours(classes.filter((index) => index !== unlabelled && index !== offPalette));
  const out = new Uint8Array(map.data.length);
  for (const [i, index] of classesOf(map.data).entries()) out.set(colours.get(index) ?? [0, 0, 0], i * 3);
  return out;
}
