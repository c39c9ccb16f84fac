import { posix } from 'node:path';
import { isMapRecipe } from '#common/contract/recipe.ts';
import type { Recipe } from '#common/contract/recipe.ts';

/** What lies beside a photo by its name: `photo.depth.png` beside `photo.jpg`. */
export const companionKinds = ['canny', 'depth', 'seg', 'mask'] as const;
export type CompanionKind = (typeof companionKinds)[number];

/** A picture to work on. */
export interface Paired {
  readonly input: string; // as listed
  readonly stem: string; // without folder and endings
  readonly map?: string;
  readonly mask?: string;
}

/** How a map of a task ends. */
export const kindOfTask = (task: 'canny' | 'depth' | 'segmentation'): CompanionKind =>
  task === 'segmentation' ? 'seg' : task;

/** Which companions a recipe needs. */
export function companionsOf(recipe: Recipe): { readonly map?: CompanionKind; readonly mask: boolean } {
  if (isMapRecipe(recipe)) return { mask: false };
  const mask = recipe.selection !== undefined && 'mask' in recipe.selection;
  return recipe.task === 'edit' || recipe.condition ? { mask } : { map: kindOfTask(recipe.task), mask };
}

/** Joins photos and what lies beside them. A companion is no input of its own; one without its photo is a picture like any other. Where a
 * map is needed and no file is named as one, every file is taken for a map. */
export function pairFiles(files: readonly string[], recipe: Recipe): Paired[] {
  const photos = new Set(files.filter((file) => !companionName(file)).map(baseOf));
  const beside = new Map<string, string>(); // `base kind` → file
  for (const file of files) {
    const named = companionName(file);
    if (named) beside.set(`${named.base} ${named.kind}`, file);
  }
  const needs = companionsOf(recipe);
  const isNamed = files.some((file) => companionName(file)?.kind === needs.map);
  return files
    .filter((file) => !photos.has(companionName(file)?.base ?? ''))
    .map((file) => pair(file, { beside, needs, isNamed }));
}

interface Pairing {
  readonly beside: ReadonlyMap<string, string>;
  readonly needs: ReturnType<typeof companionsOf>;
  readonly isNamed: boolean; // files of the needed map are named as such
}

function pair(file: string, { beside, needs, isNamed }: Pairing): Paired {
  const lone = companionName(file);
  const base = lone?.base ?? baseOf(file);
  const isMap = needs.map !== undefined && (!isNamed || lone?.kind === needs.map);
  const map = isMap ? file : needs.map && beside.get(`${base} ${needs.map}`);
  const mask = needs.mask ? beside.get(`${base} mask`) : undefined;
  const stem = posix.basename(isMap && isNamed ? base : baseOf(file));
  return { input: file, stem, ...(map !== undefined && { map }), ...(mask !== undefined && { mask }) };
}

function companionName(file: string): { readonly base: string; readonly kind: CompanionKind } | undefined {
  const [, base, kind] = /^(.+)\.(canny|depth|seg|mask)\.png$/is.exec(file) ?? [];
  return base === undefined || kind === undefined ? undefined : { base, kind: kind.toLowerCase() as CompanionKind };
}

function baseOf(file: string): string {
  const { dir, name } = posix.parse(file);
  return posix.join(dir, name);
}
