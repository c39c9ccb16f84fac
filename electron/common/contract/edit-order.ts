import { z } from 'zod';
import { zBlobId, zBytes } from './blobs.ts';
import { zLayeredPicture, zPictureRef, zTiledPixels } from './pictures.ts';
import { editShape, makesSense, zRegion, zSampling } from './edit-request.ts';
import { zExtent } from '../document/records.ts';
import { zJobMessage, zTimings } from './job-message.ts';

/** Where to edit: a rectangle, or how strongly in every pixel of one. */
const zOrderSelection = z.union([
  z.object({ region: zRegion }),
  z.object({ bounds: zRegion, strengths: zBlobId }), // one byte for each pixel, rows first
]);

/** Where a picture painted from a map goes, and which samples it is to have. */
const zTarget = z.object({
  bounds: zRegion, // of the canvas; the picture is stretched over them
  depth: z.literal([8, 16]),
  profile: zBlobId.nullable(), // null: sRGB
});
export type Target = z.infer<typeof zTarget>;

/** An edit as the page orders it: pictures are blobs, in and out. */
export const zEditOrder = z
  .object({
    ...editShape,
    picture: z.union([zLayeredPicture, zPictureRef]),
    model: z.string().min(1).max(255).optional(), // id of an installed pack; left out: the embedded one
    selection: zOrderSelection.optional(),
    target: zTarget.optional(), // left out: the picture is as large as the map and has its samples
  })
  .check(makesSense)
  .refine(({ task, target }) => task !== 'edit' || target === undefined, {
    path: ['target'],
    error: 'a target is for pictures painted from maps; an edit stays where it is',
  });
export type EditOrder = z.infer<typeof zEditOrder>;
export type OrderSelection = z.infer<typeof zOrderSelection>;

/** What a result adds to the picture: enough for a layer that holds only what changed. */
export const zPatch = z.object({
  offset: z.object({ x: z.int().nonnegative(), y: z.int().nonnegative() }), // image space
  pixels: zTiledPixels, // of 4 channels, in the depth and colours of the picture or the target
  mask: zTiledPixels.nullable(), // of 1 channel of 8 bits, as large as the pixels; null: all of it shows
});
export type Patch = z.infer<typeof zPatch>;

/** What the model made, complete or stopped after some rows. */
const zPainting = z.object({
  seed: z.int(),
  model: z.string(), // id of the pack
  sampling: zSampling.unwrap().required(), // with the model's own numbers filled in
  rows: z.int(), // of cells that were decided
  sourceIds: z.array(z.int()), // of the cells of the square, raster order
  pictures: z.array(
    z.object({
      variant: z.int().nonnegative(), // its number among those of the seed
      ids: z.array(z.int()), // -1 where a stopped edit decided nothing
      patch: zPatch.nullable(), // null: nothing changed that can be seen
      thumbnail: zBlobId, // PNG of what the model saw, as it is now
    }),
  ),
});
export type Painting = z.infer<typeof zPainting>;

const zBounds = z.object({ x: z.int(), y: z.int(), width: z.int().nonnegative(), height: z.int().nonnegative() });
const [zQueued, zProgress, , , , zFailed] = zJobMessage.options;

/** What the page hears of a job: queued, started, progress and preview, then one of the last three. */
export const zOrderMessage = z.discriminatedUnion('type', [
  zQueued,
  z.object({
    type: z.literal('started'), // the model has seen the picture and read the words
    grid: z.int().positive(), // cells along one side
    placement: z.object({ image: zExtent, source: zBounds, visible: zBounds, modelSize: z.int().positive() }),
  }),
  zProgress,
  z.object({
    type: z.literal('preview'),
    variant: z.int().nonnegative(), // 0 is the first of this job
    row: z.int().nonnegative(), // first row of cells of the band
    rows: z.int().positive(),
    width: z.int().positive(), // of the model's square
    rgb: zBytes, // three bytes per pixel
    decodedAt: z.number(), // ms since 1970
  }),
  z.object({
    type: z.literal('finished'),
    ...zPainting.shape,
    timings: zTimings,
    notices: z.array(z.string()).optional(), // what the person should know although it worked
  }),
  z.object({
    type: z.literal('cancelled'),
    kept: zPainting.optional(), // where it was stopped rather than dropped, and a row was decided
  }),
  zFailed,
]);
export type OrderMessage = z.infer<typeof zOrderMessage>;

/** A message and the job it is about. */
export const zEngineMessage = z.object({ job: z.string(), message: zOrderMessage });
export type EngineMessage = z.infer<typeof zEngineMessage>;
