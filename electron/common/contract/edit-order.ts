import { z } from 'zod';
import { zBlobId, zBytes } from './blobs.ts';
import { devices, fits, ranges, within, zKept, zRegion, zSampling, zTask } from './edit-request.ts';
import { zJobMessage } from './job-message.ts';

/** A picture as the page names it. */
export const zPictureRef = z.object({
  blob: zBlobId,
  name: z.string().min(1).max(255), // as the person knows it; never used as a path
});

/** An edit as the page orders it: an `EditRequest` whose pictures are blobs, in and out. */
export const zEditOrder = z.object({
  picture: zPictureRef,
  instruction: z.string().max(20_000), // as typed: models read it to the letter
  task: zTask.default('edit'),
  model: z.string().min(1).max(255).optional(), // id of an installed pack; left out: the embedded one
  device: z.enum(devices).default('auto'),
  sampling: zSampling,
  seed: within(ranges.seed).default(0),
  variants: within(ranges.variants).default(1),
  selection: z.union([z.object({ region: zRegion }), z.object({ mask: zBlobId })]).optional(),
  fit: z.enum(fits).optional(), // left out: `selection` where there is one, else `whole`
  kept: zKept.optional(),
});
export type EditOrder = z.infer<typeof zEditOrder>;

const [zQueued, zProgress, , zFinished, zCancelled, zFailed] = zJobMessage.options;

/** What the page hears of a job: `JobMessage`s with pixels and blobs in place of files. */
export const zOrderMessage = z.discriminatedUnion('type', [
  zQueued,
  zProgress,
  z.object({
    type: z.literal('preview'),
    row: z.int().nonnegative(), // first row of cells of the band
    variant: z.int().nonnegative(), // 0 is the first
    png: zBytes, // as wide as the model's square
  }),
  z.object({
    ...zFinished.omit({ out: true, ids: true, further: true }).shape,
    pictures: z.array(z.object({ blob: zBlobId, ids: z.array(z.int()).optional() })).min(1), // PNG, one per variant
  }),
  zCancelled,
  zFailed,
]);
export type OrderMessage = z.infer<typeof zOrderMessage>;

/** A message and the job it is about. */
export const zEngineMessage = z.object({ job: z.string(), message: zOrderMessage });
export type EngineMessage = z.infer<typeof zEngineMessage>;
