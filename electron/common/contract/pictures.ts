import { z } from 'zod';
import { blendModes } from '../raster/blend.ts';
import { zExtent } from '../document/records.ts';
import { zBlobId } from './blobs.ts';

const zName = z.string().min(1).max(255); // as the person knows it; never used as a path

/** A picture file as the page names it. */
export const zPictureRef = z.object({ blob: zBlobId, name: zName });

/** Pixels in tiles, as images of a document hold them. */
export const zTiledPixels = z.object({
  extent: zExtent,
  channels: z.literal([1, 4]), // strengths; RGB and alpha, not premultiplied
  depth: z.literal([8, 16]),
  tiles: z.array(zBlobId.nullable()).max(2 ** 18), // row by row; null: all samples are 0
});
export type TiledPixels = z.infer<typeof zTiledPixels>;

const zOffset = z.object({ x: z.int(), y: z.int() });

/** What is seen of a document: its visible layers, from the bottom up. */
export const zLayeredPicture = z.object({
  name: zName,
  extent: zExtent, // of the canvas
  depth: z.literal([8, 16]),
  profile: zBlobId.nullable(), // of all layers; null: sRGB
  layers: z
    .array(
      z.object({
        pixels: zTiledPixels,
        mask: zTiledPixels.nullable(), // of 1 channel of 8 bits, as large as the pixels
        offset: zOffset, // on the canvas
        opacity: z.number().min(0).max(1),
        blend: z.enum(blendModes),
      }),
    )
    .max(10_000),
});
export type LayeredPicture = z.infer<typeof zLayeredPicture>;
