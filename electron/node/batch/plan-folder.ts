import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import type { BatchOptions } from '#common/contract/batch.ts';
import { isMapRecipe } from '#common/contract/recipe.ts';
import type { Recipe } from '#common/contract/recipe.ts';
import { temporaryName } from '../images/atomic-write.ts';
import { planItems, settleNames } from './batch-plan.ts';
import type { NameFacts, Planned, SettledNames } from './batch-plan.ts';
import { listPictures } from './listing.ts';
import type { Listing } from './listing.ts';
import { nameKey } from './naming.ts';

/** A recipe over a folder. */
export interface BatchFolders {
  readonly input: string;
  readonly output: string;
  readonly recipe: Recipe;
  readonly options: BatchOptions;
}

/** What is planned already, and every file that was ever made in the output folder: results are no inputs. */
export interface PlannedFolder extends Planned {
  readonly made: ReadonlySet<string>;
}

export interface FolderPlan extends SettledNames, Pick<Listing, 'unread' | 'foreign'> {}

export const pictures = (recipe: Recipe): number => (isMapRecipe(recipe) ? 1 : recipe.variants);

/** Items for the pictures of a folder that have none yet. Nothing is written.
 * @param isReady leaves out files that are still being written
 * @throws AppError `folder-unreadable`, `name-invalid` */
export async function planFolder(
  { input, output, recipe, options }: BatchFolders,
  facts: NameFacts,
  planned: PlannedFolder,
  isReady: (file: string) => boolean = () => true,
): Promise<FolderPlan> {
  const isInPlace = resolve(input) === resolve(output);
  const { files, unread, foreign } = await listPictures(input, {
    recursive: options.recursive,
    without: isInPlace ? [] : [output],
  });
  const sources = files.filter((file) => !planned.made.has(fromOutput(file, input, output)));
  const items = planItems({ files: sources.filter(isReady), recipe, options, facts, planned });
  const outputs = items.map((item) => item.output);
  const taken = await takenNames(output, outputs);
  const inputs = sources.map((file) => fromOutput(file, input, output));
  const rules = { taken, inputs, reserved: planned.outputs, rule: options.collisions, variants: pictures(recipe) };
  return { ...settleNames(items, rules), unread, foreign };
}

/** A file of the input folder as the output folder's journal would name it. */
const fromOutput = (file: string, input: string, output: string): string =>
  relative(resolve(output), resolve(input, file)).split(sep).join('/');

/** Removes what a process that was killed left half-written: temporary files of ours, beside the outputs it was to make. */
export async function sweepParts(output: string, outputs: readonly string[]): Promise<void> {
  for (const folder of new Set(['.', ...outputs.map((path) => posix.dirname(path))])) {
    const names = await readdir(join(output, folder)).catch((): string[] => []);
    const parts = names.filter((name) => temporaryName.test(name));
    await Promise.all(parts.map((name) => rm(join(output, folder, name), { force: true })));
  }
}

async function takenNames(output: string, outputs: readonly string[]): Promise<Map<string, Set<string>>> {
  const taken = new Map<string, Set<string>>();
  for (const folder of new Set(outputs.map((path) => posix.dirname(path)))) {
    const names = await readdir(join(output, folder)).catch((): string[] => []);
    taken.set(folder, new Set(names.map(nameKey)));
  }
  return taken;
}

/** Refuses, before anything is made, folders that cannot be what they are to be.
 * @throws AppError `folder-unreadable` for the input, `output-not-writable` and `output-folder-missing` for the output */
export async function checkFolders({ input, output }: Pick<BatchFolders, 'input' | 'output'>): Promise<void> {
  const found = await stat(input).catch(() => undefined);
  if (!found) throw new AppError('folder-unreadable', { folder: input, reason: 'it does not exist' });
  if (!found.isDirectory()) throw new AppError('folder-unreadable', { folder: input, reason: 'it is not a folder' });
  const target = await stat(output).catch(() => undefined);
  if (target && !target.isDirectory()) {
    throw new AppError('output-not-writable', { path: output, reason: 'because it is a file' });
  }
  const parent = await stat(dirname(resolve(output))).catch(() => undefined);
  if (!parent) throw new AppError('output-folder-missing', { folder: dirname(resolve(output)) });
}
