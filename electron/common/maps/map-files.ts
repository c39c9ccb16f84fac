import { z } from 'zod';
import { classesOf, palette, paletteOf, sceneClasses } from '#models/maps';
import { mapKinds } from './condition-map.ts';
import type { ConditionMap, MapKind } from './condition-map.ts';
import { countClasses } from './statistics.ts';

const endings: Readonly<Record<MapKind, string>> = { canny: 'canny', depth: 'depth', segmentation: 'seg' };

/** What a map of a picture's file is called: `photo.jpg` has `photo.canny.png`, `photo.depth.png`, `photo.seg.png`. */
export const mapFileName = (picture: string, kind: MapKind): string =>
  `${picture.replace(/\.[^./\\]*$/, '')}.${endings[kind]}.png`;

/** The file that says which classes a segmentation map has: `photo.seg.json` beside `photo.seg.png`. */
export const legendFileName = (mapFile: string): string => mapFile.replace(/\.png$/i, '.json');

/** What kind of map a file is by its name; undefined for any other picture. */
export const kindOfFile = (name: string): MapKind | undefined =>
  mapKinds.find((kind) => name.toLowerCase().endsWith(`.${endings[kind]}.png`));

/** What `photo.seg.json` says. */
export const zLegend = z.object({
  version: z.literal(1),
  palette: z.enum(['coco-panoptic', 'rendered-scenes']),
  width: z.int().positive(),
  height: z.int().positive(),
  madeBy: z.string().optional(), // who or what drew the map, in words
  classes: z.array(
    z.object({
      index: z
        .int()
        .min(0)
        .max(palette.length - 1),
      category: z.int(), // COCO's own number; 0 for classes of rendered scenes
      name: z.string(),
      colour: z.string().regex(/^#[0-9a-f]{6}$/),
      pixels: z.int().positive(),
    }),
  ),
});
export type Legend = z.infer<typeof zLegend>;

/** The classes of a segmentation map, the most frequent first. */
export function legendOf(map: ConditionMap, madeBy?: string): Legend {
  const classes = countClasses(map).flatMap(({ index, pixels }) => {
    const entry = palette[index];
    return entry ? [{ index, category: entry.category, name: entry.name, colour: hexOf(entry.colour), pixels }] : [];
  });
  const isOfScenes = paletteOf(classesOf(map.data)) === sceneClasses;
  const named = isOfScenes ? 'rendered-scenes' : 'coco-panoptic';
  return { version: 1, palette: named, width: map.width, height: map.height, madeBy, classes };
}

/** `#rrggbb`. */
export const hexOf = (colour: readonly number[]): string =>
  `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
