import { z } from 'zod';
import { cannyDetectors } from '#models/maps';
import { ranges, fits, within, zKept, zRegion, zSampling, zSquare, zTask } from './edit-request.ts';
import type { EditRequest, Selection } from './edit-request.ts';
import { AppError } from './errors.ts';

/** Version of the form. A recipe of another version is refused rather than half understood. */
export const recipeVersion = 1;

const zThreshold = z.number().min(0).max(2000).optional(); // left out: the detector's own

/** How a photo becomes a condition map. */
const zCondition = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('canny'),
    detector: z.enum(cannyDetectors).default('opencv'),
    low: zThreshold,
    high: zThreshold,
  }),
  z.strictObject({ kind: z.literal('depth'), model: z.string().min(1).max(255).optional() }), // left out: the first installed
  z.strictObject({ kind: z.literal('segmentation'), model: z.string().min(1).max(255).optional() }),
]);
export type Condition = z.infer<typeof zCondition>;

const zVersion = z.literal(recipeVersion);

/** A mask is named only: by its file, or inside a project by the blob of its strengths, which are then those of the bounds. */
const zNamedMask = z.strictObject({ mask: z.string().min(1), bounds: zRegion.optional() });

/** Inside a project: the blob of the map's PNG file, as the model was given it, and the part of the canvas it stands for. */
const zNamedMap = z.strictObject({ picture: z.string().min(1), bounds: zRegion });

/** Where things lie is told in pixels of the picture that is edited, counted from its corner: of the file, upright, or of the part of it that
 * `crop` names. So a recipe means the same for a window, the command line and a batch, and whatever a project was cropped to later.
 *
 * A misspelt setting that is passed over would make the wrong pictures, so nothing unknown is allowed. */
export const zEditRecipe = z
  .strictObject({
    version: zVersion,
    task: zTask.default('edit'),
    instruction: z.string().max(20_000),
    model: z.strictObject({ id: z.string().min(1).max(255), precision: z.string().optional() }).optional(), // left out: the embedded one
    sampling: z.strictObject(zSampling.unwrap().shape).default({}), // left out: the model's own choice
    seed: within(ranges.seed).default(0),
    variants: within(ranges.variants).default(1),
    firstVariant: within(ranges.firstVariant).optional(), // number of the first of them among those of the seed; left out: 0
    variant: z.int().nonnegative().optional(), // which of them the picture is that carries this; 0 is the first
    crop: zRegion.optional(), // the part of the picture that is cut out and edited; left out: all of it
    fit: z.enum(fits).optional(),
    square: zSquare.optional(), // where the person placed what the model sees
    selection: z.union([z.strictObject({ region: zRegion }), zNamedMask]).optional(),
    kept: zKept.optional(),
    map: zNamedMap.optional(),
    condition: zCondition.optional(), // makes the map of a photo first; left out: the picture is the map
    image: z.string().optional(), // name of the picture it was made from, for people
    device: z.string().optional(), // it ran there; the same bits are promised on that device only
  })
  .refine(({ task, instruction }) => task !== 'edit' || instruction.trim() !== '', {
    path: ['instruction'],
    error: 'the instruction is empty: say what to change',
  })
  .refine(({ task, condition }) => condition === undefined || condition.kind === task, {
    path: ['condition'],
    error: 'a map is made only for the task that paints from it',
  });
export type EditRecipe = z.infer<typeof zEditRecipe>;

/** Makes a condition map of a photo and nothing else. */
const zMapRecipe = z.strictObject({ version: zVersion, extract: zCondition });
export type MapRecipe = z.infer<typeof zMapRecipe>;

export const zRecipe = z.union([zEditRecipe, zMapRecipe]);
export type Recipe = z.infer<typeof zRecipe>;

export const isMapRecipe = (recipe: Recipe): recipe is MapRecipe => 'extract' in recipe;

/** Checks a recipe that came from a file or a picture. @param path names it in the error @throws AppError `recipe-invalid` */
export function parseRecipe(value: unknown, path?: string): Recipe {
  const invalid = (reason: string): AppError => new AppError('recipe-invalid', { path, reason });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('it is not a JSON object');
  const version = 'version' in value ? value.version : undefined;
  if (typeof version === 'number' && version > recipeVersion)
    throw invalid(`a newer version of this program wrote it (form ${version}; ${recipeVersion} is known here)`);
  if (version !== recipeVersion) {
    throw invalid(`its version is ${JSON.stringify(version) ?? 'missing'}; this program knows ${recipeVersion}`);
  }
  const parsed = 'extract' in value ? zMapRecipe.safeParse(value) : zEditRecipe.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'recipe'}: ${issue.message}`);
  throw invalid(problems.join('; '));
}

/** What requests, orders and recipes have in common. */
export type RecipeEdit = Pick<
  EditRequest,
  'task' | 'instruction' | 'model' | 'sampling' | 'seed' | 'variants' | 'selection' | 'fit' | 'square' | 'kept'
> &
  Partial<Pick<EditRequest, 'firstVariant' | 'crop'>>;

/** An edit as a recipe. Of files only names are told, never where they lie. */
export function recipeFromEdit(edit: RecipeEdit, image?: string): EditRecipe {
  const { task, instruction, model, sampling, seed, variants, firstVariant, crop, fit, square, selection, kept } = edit;
  const where = selection && 'mask' in selection ? { mask: nameOf(selection.mask) } : selection;
  return zEditRecipe.parse({
    ...{ version: recipeVersion, task, instruction, sampling: stated(sampling), seed, variants },
    ...stated({
      firstVariant: firstVariant || undefined,
      crop,
      fit,
      square,
      selection: where,
      kept,
      image: image && nameOf(image),
      model: model && { id: nameOf(model) },
    }),
  });
}

/** The edit a recipe describes, of whatever picture. @param mask the picture of the mask, where the recipe has one
 * @throws AppError `recipe-invalid` when the recipe needs a mask and none is given */
export function editFromRecipe(recipe: EditRecipe, mask?: string): RecipeEdit {
  const { task, instruction, model, sampling, seed, variants, firstVariant, crop, fit, square, kept } = recipe;
  const selection = selectionOf(recipe, mask);
  const own = stated({ firstVariant, crop, fit, square, selection, kept, model: model?.id });
  return { task, instruction, sampling, seed, variants, ...own };
}

function selectionOf({ selection }: EditRecipe, mask: string | undefined): Selection | undefined {
  if (!selection || 'region' in selection) return selection;
  if (mask !== undefined) return { mask };
  throw new AppError('recipe-invalid', { reason: `it needs the mask ${selection.mask}, which is not given` });
}

/** The recipe of the one picture that carries it, where it was made beside others. */
export function aloneRecipe({ variant = 0, firstVariant = 0, ...recipe }: EditRecipe): EditRecipe {
  const number = firstVariant + variant;
  return { ...recipe, variants: 1, ...(number > 0 && { firstVariant: number }) };
}

/** JSON whose keys are sorted, so that the same content is the same text (RFC 8785). @param value plain JSON */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** SHA-256, in hexadecimal, of everything in a recipe that decides what is made: all but the name of the picture it was made from. */
export async function recipeHash(recipe: Recipe): Promise<string> {
  const content = isMapRecipe(recipe) ? recipe : { ...recipe, image: undefined };
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonicalJson(content)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Without the keys whose value is undefined. */
function stated<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

const nameOf = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;
