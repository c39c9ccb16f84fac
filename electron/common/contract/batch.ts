import { z } from 'zod';
import { fits, zDeviceName } from './edit-request.ts';

/** What is done when an output of that name is there already. */
export const collisionRules = ['number', 'skip', 'overwrite'] as const;

/** Formats of outputs; `same` is the input's own where it can be written, else PNG. */
export const batchFormats = ['same', 'png', 'jpg', 'webp', 'avif', 'tif'] as const;

/** What a name can be made of. */
export const nameTokens = ['stem', 'task', 'seed', 'cfg', 'model', 'date', 'index'] as const;
export type NameToken = (typeof nameTokens)[number];

const zGlobs = z.array(z.string().min(1).max(1000)).max(100);

/** How a folder becomes a list of pictures, and where results go. Paths in globs are relative to the folder, with `/`. */
export const zBatchOptions = z.strictObject({
  recursive: z.boolean().default(false),
  include: zGlobs.default([]), // none: every picture
  exclude: zGlobs.default([]),
  limit: z.int().positive().optional(),
  name: z.string().min(1).max(500).optional(), // may hold folders; left out: `{stem}`, and `{stem}.{task}` for maps
  format: z.enum(batchFormats).default('same'),
  collisions: z.enum(collisionRules).default('number'),
  sizes: z.array(z.strictObject({ glob: z.string().min(1).max(1000), fit: z.enum(['whole', 'square']) })).default([]), // the first that matches counts; else the recipe's
  keepsPlace: z.boolean().default(true), // GPS
  tellsRecipe: z.boolean().default(true),
});
export type BatchOptions = z.infer<typeof zBatchOptions>;

/** Devices a batch works on, each with a model of its own. None: every graphics card that passes its self-test, else the processor. */
export const zBatchDevices = z.array(zDeviceName).max(16);

export const itemStates = ['waiting', 'running', 'done', 'skipped', 'failed'] as const;

/** Why an item was skipped. */
export const skipReasons = ['done-before', 'exists', 'left-out'] as const; // the last by the person
export type SkipReason = (typeof skipReasons)[number];

export const zFailure = z.object({
  code: z.string(),
  message: z.string(), // for a person
  data: z.record(z.string(), z.unknown()),
});

/** One picture of a batch. Paths are relative to the folders of the batch, with `/`. */
export const zBatchItem = z.object({
  index: z.int().positive(),
  input: z.string().min(1),
  map: z.string().optional(), // painted from, beside the input or instead of it
  mask: z.string().optional(),
  fit: z.enum(fits).optional(),
  output: z.string().min(1), // of the first variant
});
export type BatchItem = z.infer<typeof zBatchItem>;

/** What became of an item so far. */
export const zItemReport = z.object({
  ...zBatchItem.shape,
  state: z.enum(itemStates),
  outputs: z.array(z.string()).optional(), // all variants, once written
  reason: z.enum(skipReasons).optional(),
  failure: zFailure.optional(),
  notices: z.array(z.string()).optional(),
  attempts: z.int().nonnegative(),
  seed: z.int().optional(), // where it is not the recipe's
  accepted: z.boolean().optional(), // by the person who looked at it
  picked: z.int().nonnegative().optional(), // the variant that was accepted, where there are several
  width: z.int().optional(),
  height: z.int().optional(),
  tokens: z.int().optional(), // ids the model chose
  device: z.string().optional(), // that made it
  ms: z.number().optional(), // from its turn to the written file
});
export type ItemReport = z.infer<typeof zItemReport>;

export const zCounts = z.object({ in: z.int(), done: z.int(), skipped: z.int(), failed: z.int() });
export type Counts = z.infer<typeof zCounts>;

const zMs = z.number().nonnegative();

/** How far a batch is. */
export const zBatchProgress = z.object({
  type: z.literal('progress'),
  step: z.int(), // settled items
  of: z.int(),
  running: z.array(z.object({ index: z.int(), step: z.int(), of: z.int() })), // cells of the items that are decoding, one for each device
  etaMs: zMs.nullable(),
  tokensPerSecond: z.number().nullable(),
  ...zCounts.omit({ in: true }).shape,
});
export type BatchProgress = z.infer<typeof zBatchProgress>;

export const zBatchFinished = z.object({
  type: z.literal('finished'),
  ...zCounts.shape,
  report: z.string(), // files
  csv: z.string(),
  journal: z.string(),
  totalMs: zMs,
  busyShare: z.number(), // of the time, in which the model worked
  tokensPerSecond: z.number().nullable(),
});
export type BatchFinished = z.infer<typeof zBatchFinished>;

/** A device that a batch does without from now on; the item it was at goes to those that are left. */
export const zDeviceLost = z.object({
  type: z.literal('device-lost'),
  device: z.string(),
  left: z.array(z.string()),
  failure: zFailure,
});
export type DeviceLost = z.infer<typeof zDeviceLost>;

/** What a batch says while it runs: planned first, then items and progress, then finished or cancelled. */
export const zBatchMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('planned'),
    items: z.int(),
    etaMs: zMs.nullable(), // null where this model was never timed here
  }),
  z.object({ type: z.literal('item'), ...zItemReport.shape }),
  zBatchProgress,
  z.object({
    type: z.literal('dry-run'), // what would happen; the items were told before
    ...zCounts.omit({ done: true }).shape, // skipped and failed as far as that can be told beforehand
    make: z.int(),
    etaMs: zMs.nullable(),
  }),
  z.object({ type: z.literal('paused') }),
  z.object({ type: z.literal('resumed') }),
  zDeviceLost,
  z.object({ type: z.literal('notice'), text: z.string() }), // for the person; nothing ends by it
  zBatchFinished,
  z.object({ type: z.literal('cancelled'), ...zCounts.shape }),
]);
export type BatchMessage = z.infer<typeof zBatchMessage>;
