import { z } from 'zod';

export type JobId = string;

const zMs = z.number().nonnegative();

/** Milliseconds spent on the parts of an edit. */
export const zTimings = z.object({
  encodeMs: zMs, // condition picture → ids
  textMs: zMs,
  prefillMs: zMs,
  firstTokenMs: zMs,
  firstRowMs: zMs,
  decodeMs: zMs,
  tokens: z.int(), // ids the model chose, of one picture
  lockedTokens: z.int(),
  msPerToken: zMs,
  vqMs: zMs, // ids → final pixels
  compositeMs: zMs,
  totalMs: zMs, // from the start of the job to the written file
});
export type Timings = z.infer<typeof zTimings>;

const zPicture = z.object({ out: z.string(), ids: z.array(z.int()).optional() });

/** What the engine says about one job, in this order: queued, progress and preview, then one of the last three. */
export const zJobMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('queued') }),
  z.object({
    type: z.literal('progress'),
    step: z.int(), // cells decided so far
    of: z.int(),
    etaMs: zMs.nullable(), // null before there is anything to estimate from
  }),
  z.object({
    type: z.literal('preview'),
    row: z.int(), // first row of cells of the band
    variant: z.int().optional(), // left out for the first
    file: z.string().optional(), // where the band was written
  }),
  z.object({
    type: z.literal('finished'),
    ...zPicture.shape,
    width: z.int(),
    height: z.int(),
    seed: z.int(),
    timings: zTimings,
    further: z.array(zPicture).optional(), // the other variants
    notices: z.array(z.string()).optional(), // what the person should know although it worked
  }),
  z.object({ type: z.literal('cancelled') }),
  z.object({
    type: z.literal('failed'),
    code: z.string(),
    message: z.string(),
    data: z.record(z.string(), z.unknown()),
  }),
]);
export type JobMessage = z.infer<typeof zJobMessage>;
