import { z } from 'zod';
import { tasks } from '#models/api';
import type { Task } from '#models/api';

export const zTask = z.enum(tasks);

/** Devices a person can ask for. */
export const devices = ['auto', 'cpu', 'cuda', 'dml', 'webgpu'] as const;

/** One device. Graphics cards of a kind are numbered: `cuda` is the first, `cuda:1` the second. */
export const zDeviceName = z.union([
  z.enum(['cpu', 'cuda', 'dml', 'coreml', 'webgpu']),
  z.templateLiteral([z.enum(['cuda', 'dml']), ':', z.int()]).refine((name) => /:\d{1,2}$/.test(name)),
]);
export type DeviceName = z.infer<typeof zDeviceName>;

/** How a photo is fitted to the model's square. */
export const fits = ['whole', 'square', 'selection'] as const;

/** A range of allowed numbers, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

/** What the numbers of an edit may be; the command line and the sliders read them from here. */
export const ranges = {
  cfg: { min: 0, max: 10, isWhole: false },
  temperature: { min: 0, max: 10, isWhole: false }, // 0 takes the most likely id
  topK: { min: 0, max: 1_000_000, isWhole: true }, // 0 keeps every id
  topP: { min: 0.001, max: 1, isWhole: false },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER, isWhole: true },
  variants: { min: 1, max: 8, isWhole: true },
  firstVariant: { min: 0, max: 9999, isWhole: true },
} satisfies Record<string, Range>;

/** A number in one of `ranges`. */
export const within = ({ min, max, isWhole }: Range) => (isWhole ? z.int() : z.number()).min(min).max(max);

/** What is left out is the model's own choice. */
export const zSampling = z
  .object({
    cfg: within(ranges.cfg),
    temperature: within(ranges.temperature),
    topK: within(ranges.topK),
    topP: within(ranges.topP),
  })
  .partial()
  .default({});

/** Where a model always takes the likeliest id, every seed and every variant leads to the same picture. */
export const takesLikeliest = ({ temperature }: { readonly temperature?: number | undefined }): boolean =>
  temperature === 0;

/** The same numbers, but pictures that differ: ids are drawn as the model weighs them. Numbers that do so already stay. */
export const drawnFreely = <Sampling extends { readonly temperature?: number | undefined }>(
  sampling: Sampling,
): Sampling => (takesLikeliest(sampling) ? { ...sampling, temperature: 1 } : sampling);

export const zRegion = z.object({
  x: z.int(), // image space, upright
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
});
export type Region = z.infer<typeof zRegion>;

/** Ids of the first cells, row by row, that are taken over as they are: the part of a picture that was there already. Whole rows. */
export const zKept = z.array(z.int().nonnegative()).max(65_536);

/** Where to edit: a rectangle, or a picture of the photo's size that is bright there. */
export const zSelection = z.union([z.object({ region: zRegion }), z.object({ mask: z.string().min(1) })]);
export type Selection = z.infer<typeof zSelection>;

/** Where the model's square lies on the photo, where the person says so. */
export const zSquare = z.object({
  x: z.int(), // image space, upright
  y: z.int(),
  size: z.int().positive(),
});
export type Square = z.infer<typeof zSquare>;

/** What an edit is made of, wherever its pictures come from and go to. */
export const editShape = {
  instruction: z.string().max(20_000), // as typed: models read it to the letter
  task: zTask.default('edit'),
  device: z.enum(devices).default('auto'),
  sampling: zSampling,
  seed: within(ranges.seed).default(0),
  variants: within(ranges.variants).default(1),
  firstVariant: within(ranges.firstVariant).default(0), // number of the first one among those of the seed
  fit: z.enum(fits).optional(), // left out: `square` where one is given, `selection` where there is one, else `whole`
  square: zSquare.optional(),
  kept: zKept.optional(),
};

interface Checked {
  readonly task: Task;
  readonly instruction: string;
  readonly selection?: unknown;
  readonly fit?: (typeof fits)[number] | undefined;
  readonly square?: Square | undefined;
}

interface Contradiction {
  readonly path: string[];
  readonly message: string;
}

/** Why an edit of the right form makes no sense all the same. */
function contradiction({ task, instruction, selection, fit, square }: Checked): Contradiction | undefined {
  const issue = (field: string, message: string): Contradiction => ({ path: [field], message });
  if (task === 'edit' && instruction.trim() === '') {
    return issue('instruction', 'the instruction is empty: say what to change');
  }
  if (task !== 'edit' && selection !== undefined) {
    return issue('selection', 'a region or a mask is for the task edit; a map is painted as a whole');
  }
  if (fit === 'selection' && selection === undefined) {
    return issue('fit', 'fitting the selection needs a region or a mask');
  }
  if (square && fit !== undefined && fit !== 'square') {
    return issue('square', `a placed square is not for the fit ${fit}`);
  }
  return undefined;
}

/** A check of everything that can be wrong although every field is right. */
export function makesSense({ value, issues }: z.core.ParsePayload<Checked>): void {
  const problem = contradiction(value);
  if (problem) issues.push({ code: 'custom', input: value, ...problem });
}

/** Everything the engine needs to know for one edit from files to files. */
export const zEditRequest = z
  .object({
    ...editShape,
    device: z.union([z.literal('auto'), zDeviceName]).default('auto'),
    image: z.string().min(1), // file
    model: z.string().min(1).optional(), // id of an installed pack, or a pack's folder; left out: the embedded one
    crop: zRegion.optional(), // what is cut out of the file first: selection and square are in pixels of that part
    selection: zSelection.optional(),
    keepsPlace: z.boolean().default(true), // GPS, in the metadata of the result
    tellsRecipe: z.boolean().default(true), // in the metadata of the result
    isRaw: z.boolean().default(false), // write the model's own square, without compositing
    rowsFolder: z.string().min(1).optional(), // where streamed bands are written
    out: z.string().min(1), // file; further variants lie beside it
  })
  .check(makesSense);
export type EditRequest = z.infer<typeof zEditRequest>;
