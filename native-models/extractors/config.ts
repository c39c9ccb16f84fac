import { z } from 'zod';
import { labelSets } from '../conditions/label-sets.ts';

const side = z.int().min(14).max(4096); // pixels
const filter = z.enum(['bilinear', 'bicubic']);
const normalization = z.enum(['imagenet', 'half']);

/** `config` of a depth pack: how its network wants pictures, and what its numbers are. */
export const zDepthConfig = z.object({
  side,
  sizing: z.enum(['fixed', 'closest']), // see `inputSize`
  multiple: z.int().positive().default(1),
  filter,
  normalization,
  /** `relative`: any unit, spread over all grey levels. `levels`: 1 is level 255. */
  scale: z.enum(['relative', 'levels']).default('relative'),
});
export type DepthConfig = z.infer<typeof zDepthConfig>;

/** What number a class of a network stands for. */
const labels = z.enum(labelSets);

/** Networks that find some masks and say what each may be. */
const zQueries = z.object({
  form: z.enum(['detr', 'maskformer']),
  shortest: z.int().min(16).max(4096).default(800), // pixels
  longest: z.int().min(16).max(8192).default(1333),
  multiple: z.int().positive().default(1),
  labels,
});
export type QueriesConfig = z.infer<typeof zQueries>;

/** Networks that say of every cell what it may be, such as SegFormer, and take every picture as a square. */
const zDense = z.object({
  form: z.literal('dense'),
  side: side.default(512),
  filter: filter.default('bilinear'),
  normalization: normalization.default('imagenet'),
  labels,
});
export type DenseConfig = z.infer<typeof zDense>;

/** `config` of a segmentation pack: how its network wants pictures and what its classes mean. */
export const zSegmentationConfig = z.discriminatedUnion('form', [zQueries, zDense]);
