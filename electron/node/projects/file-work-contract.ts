import { z } from 'zod';
import { zBlobId, zBytes } from '#common/contract/blobs.ts';
import {
  zExportOptions,
  zFileName,
  zMaking,
  zRecords,
  zTileOptions,
  zTiledPicture,
} from '#common/contract/documents.ts';
import { zLayeredPicture } from '#common/contract/pictures.ts';
import { method } from '#common/rpc/contract.ts';
import type { ServiceOf } from '#common/rpc/contract.ts';

/** A file of the machine, or one among the blobs. */
const zSource = z.union([z.object({ path: z.string() }), z.object({ blob: zBlobId })]);

/** Where something is written; null: among the blobs. What may be written over was asked before. */
const zPath = z.string().nullable();

const zOpenedFile = z.object({
  records: zRecords,
  notices: z.array(z.string()),
  isProject: z.boolean(),
  making: zMaking.nullable(),
});
export type OpenedFile = z.infer<typeof zOpenedFile>;

const zWrittenFile = z.object({ blob: zBlobId.nullable(), notices: z.array(z.string()) });

/** What costs so much that it is done on a thread of its own: reading, packing, blending and writing pictures. */
export const fileWorkContract = {
  work: {
    /** Opens a project or a picture: told by content. */
    open: method([zSource, zFileName], zOpenedFile),
    /** A small picture of a file, for lists; null where it has none. */
    look: method([zSource], zBlobId.nullable()),
    tiles: method([zBlobId, zTileOptions], zTiledPicture),
    save: method([zRecords, zPath], zWrittenFile),
    /** @param version of the program, for the recipe */
    export: method([zRecords, zExportOptions, zPath, z.string()], zWrittenFile),
    /** What is seen of a document, as a PNG in its own colours. */
    flatten: method([zLayeredPicture], zBytes),
    /** The same, small and in sRGB. */
    thumbnail: method([zLayeredPicture], zBytes),
  },
};
export type FileWork = ServiceOf<(typeof fileWorkContract)['work']>;
