import { z } from 'zod';
import { palette } from '#models/maps';
import { AppError } from '../contract/errors.ts';
import type { ConditionMap } from './condition-map.ts';
import { hexOf } from './map-files.ts';
import type { Legend } from './map-files.ts';

/** What is needed of a legend, ours or another program's: which name a colour has. */
const zNamedColours = z.object({
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  classes: z.array(
    z.object({
      name: z.string().min(1).max(200),
      colour: z.string().regex(/^#[0-9a-f]{6}$/i),
      index: z.int().nonnegative().optional(), // of the palette
    }),
  ),
});
type NamedColours = z.infer<typeof zNamedColours>;

/** What the person calls classes, by their index. */
export type ClassNames = Readonly<Record<string, string>>;

/** Reads the bytes of a `photo.seg.json`. @param path names it in the error @throws AppError `legend-unreadable` */
export function readLegend(bytes: Uint8Array, path: string): NamedColours {
  try {
    return zNamedColours.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new AppError('legend-unreadable', { path }, { cause });
  }
}

const indexByName = new Map(palette.map(({ name, index }) => [name, index]));

/** A map with the classes of its legend: colours of the file's own become those of the palette where the legend says which class they
 * are, and names of the person's own are kept. What the legend does not tell stays as it is. */
export function applyLegend(map: ConditionMap, { classes }: NamedColours): { map: ConditionMap; names: ClassNames } {
  const colours = new Map<number, readonly number[]>();
  const names: Record<string, string> = {};
  for (const { name, colour, index = indexByName.get(name) } of classes) {
    const entry = index === undefined ? undefined : palette[index];
    if (!entry) continue;
    const isOwnColour = hexOf(entry.colour) !== colour.toLowerCase();
    if (isOwnColour) colours.set(Number.parseInt(colour.slice(1), 16), entry.colour);
    if (entry.name !== name) names[entry.index] = name;
  }
  return { map: colours.size > 0 ? recoloured(map, colours) : map, names };
}

function recoloured(map: ConditionMap, colours: ReadonlyMap<number, readonly number[]>): ConditionMap {
  const data = map.data.slice();
  for (let i = 0; i < data.length; i += 3) {
    const colour = colours.get((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
    if (colour) data.set(colour, i);
  }
  return { ...map, data };
}

/** A legend with the names that the person gave. */
export const withNames = (legend: Legend, names: ClassNames): Legend => ({
  ...legend,
  classes: legend.classes.map((entry) => ({ ...entry, name: names[entry.index] ?? entry.name })),
});
