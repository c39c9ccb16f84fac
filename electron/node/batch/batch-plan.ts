import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { BatchItem, BatchOptions } from '#common/contract/batch.ts';
import { isMapRecipe } from '#common/contract/recipe.ts';
import type { Recipe } from '#common/contract/recipe.ts';
import { writableEndings } from '#common/picture-files.ts';
import { variantFiles } from '../engine/output-files.ts';
import { checkTemplate, fillName, firstFree, nameKey } from './naming.ts';
import type { NameValues } from './naming.ts';
import { kindOfTask, pairFiles } from './pairing.ts';
import type { Paired } from './pairing.ts';

/** What names tell of the model and the day. */
export interface NameFacts {
  readonly model: string;
  readonly cfg: number;
  readonly date: string; // YYYY-MM-DD
}

export interface PlanInput {
  readonly files: readonly string[]; // as listed: relative, with `/`
  readonly recipe: Recipe;
  readonly options: BatchOptions;
  readonly facts: NameFacts;
  readonly planned?: Pick<Planned, 'inputs' | 'last'>; // what has an item already; the limit counts it too
}

/** What is planned already. */
export interface Planned {
  readonly inputs: ReadonlySet<string>; // items have them
  readonly outputs: readonly string[]; // of items
  readonly last: number; // index
}

export const nothingPlanned: Planned = { inputs: new Set(), outputs: [], last: 0 };

/** Folder × recipe → items, with the names they ask for. Whether those are free, `settleNames` sees.
 * @throws AppError `name-invalid` */
export function planItems({ files, recipe, options, facts, planned = nothingPlanned }: PlanInput): BatchItem[] {
  const template = options.name ?? (isMapRecipe(recipe) ? '{stem}.{task}' : '{stem}');
  checkTemplate(template);
  const isChosen = chosenBy(options);
  const { inputs, last } = planned;
  const fresh = pairFiles(files, recipe).filter((pair) => isChosen(pair) && !inputs.has(pair.input));
  const chosen = options.limit === undefined ? fresh : fresh.slice(0, Math.max(0, options.limit - inputs.size));
  const digits = String(last + chosen.length).length;
  return chosen.map((pair, place) => {
    const index = last + place + 1;
    const values = { ...recipeValues(recipe, facts), stem: pair.stem, index: String(index).padStart(digits, '0') };
    return {
      index,
      ...companions(pair),
      ...fitOf(pair, options),
      output: outputOf(pair, template, values, { recipe, options }),
    };
  });
}

function chosenBy({ include, exclude }: BatchOptions): (pair: Paired) => boolean {
  const isIncluded = include.length === 0 ? () => true : matcher(include);
  const isExcluded = exclude.length === 0 ? () => false : matcher(exclude);
  return ({ input }) => isIncluded(input) && !isExcluded(input);
}

/** A pattern without a folder means files of that name in every folder. */
function matcher(globs: readonly string[]): (path: string) => boolean {
  return picomatch(
    globs.map((glob) => (glob.includes('/') ? glob : `**/${glob}`)),
    { nocase: true },
  );
}

const companions = ({ input, map, mask }: Paired) => ({ input, ...(map && { map }), ...(mask && { mask }) });

function fitOf({ input }: Paired, { sizes }: BatchOptions): Pick<BatchItem, 'fit'> {
  const found = sizes.find(({ glob }) => matcher([glob])(input));
  return found ? { fit: found.fit } : {};
}

function recipeValues(recipe: Recipe, { model, cfg, date }: NameFacts): Omit<NameValues, 'stem' | 'index'> {
  if (!isMapRecipe(recipe)) return { task: recipe.task, seed: String(recipe.seed), cfg: String(cfg), model, date };
  return { task: kindOfTask(recipe.extract.kind), seed: '0', cfg: '0', model, date };
}

function outputOf(
  { input }: Paired,
  template: string,
  values: NameValues,
  { recipe, options }: Pick<PlanInput, 'recipe' | 'options'>,
): string {
  const ending = isMapRecipe(recipe) ? 'png' : endingFor(input, options.format);
  return posix.join(posix.dirname(input), `${fillName(template, values)}.${ending}`);
}

function endingFor(input: string, format: BatchOptions['format']): string {
  if (format !== 'same') return format;
  const own = posix.extname(input).slice(1).toLowerCase();
  return writableEndings.includes(own) ? own : 'png';
}

/** Names that are taken, by folder relative to the output folder, as keys (`nameKey`) of file names. */
export type TakenNames = ReadonlyMap<string, ReadonlySet<string>>;

export interface SettledNames {
  readonly items: readonly BatchItem[];
  readonly exist: ReadonlySet<number>; // indexes of items that are skipped because their output is there
}

export interface NamingRules {
  readonly taken: TakenNames;
  readonly inputs?: readonly string[]; // as seen from the output folder; they are never written, whatever the rule
  readonly reserved?: readonly string[]; // outputs that others will write
  readonly rule: BatchOptions['collisions'];
  readonly variants: number; // pictures per item
}

/** Gives every item an output of its own. Between items of one batch a name is always numbered; the rule is for files that are there. */
export function settleNames(
  items: readonly BatchItem[],
  { taken, inputs = [], reserved = [], rule, variants }: NamingRules,
): SettledNames {
  const used = new Set(reserved.map(nameKey));
  const sources = new Set(inputs.map(nameKey));
  const exist = new Set<number>();
  const isThere = (path: string): boolean =>
    taken.get(posix.dirname(path))?.has(nameKey(posix.basename(path))) ?? false;
  const everyVariant = (test: (path: string) => boolean) => (output: string) =>
    variantFiles(output, variants).every(test);
  const isInput = (path: string): boolean => sources.has(nameKey(path));
  const settled = items.map((item) => {
    const wanted = firstFree(
      item.output,
      everyVariant((path) => !isInput(path)),
    );
    if (rule === 'skip' && variantFiles(wanted, variants).some(isThere)) {
      exist.add(item.index);
      return { ...item, output: wanted };
    }
    const isFree = (path: string): boolean =>
      !used.has(nameKey(path)) && !isInput(path) && (rule === 'overwrite' || !isThere(path));
    const output = firstFree(item.output, everyVariant(isFree));
    for (const path of variantFiles(output, variants)) used.add(nameKey(path));
    return { ...item, output };
  });
  return { items: settled, exist };
}
