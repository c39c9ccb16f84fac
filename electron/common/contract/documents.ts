import { z } from 'zod';
import { zDocumentPatch } from '../document/patch.ts';
import { zDocumentRecord, zExtent } from '../document/records.ts';
import { method } from '../rpc/contract.ts';
import { zBlobId } from './blobs.ts';

/** Names a document while it is open, and its journal after a crash. */
export const zDocumentId = z.uuid().brand('DocumentId');
export type DocumentId = z.infer<typeof zDocumentId>;

/** A file of the machine that the person chose in a dialog or opened with the program. The page knows its handle and its name; where it
 * lies, only the desktop program and the engine know. */
export const zFileHandle = z.uuid().brand('FileHandle');

const zFileName = z.string().min(1).max(255);

/** What is opened: such a file, or bytes the page has itself. */
export const zFileSource = z.union([z.object({ handle: zFileHandle }), z.object({ blob: zBlobId, name: zFileName })]);
export type FileSource = z.infer<typeof zFileSource>;

const zRecords = z.array(zDocumentRecord).max(100_000);

/** A document as the page gets it. */
export const zOpenedDocument = z.object({
  document: zDocumentId,
  records: zRecords,
  hasFile: z.boolean(), // `save` can write to the file it came from
  hasUnsaved: z.boolean(),
  notices: z.array(z.string()), // sentences for the person: what is not as it was
});
export type OpenedDocument = z.infer<typeof zOpenedDocument>;

/** A document that was open when the program or the machine stopped. */
export const zRecoverable = z.object({
  document: zDocumentId,
  name: zFileName,
  changes: z.int().nonnegative(), // since it was last saved
  changedAt: z.number(), // ms since 1970
});
export type Recoverable = z.infer<typeof zRecoverable>;

/** Pixels of a picture file as tiles, ready to be put into a document. */
export const zTiledPicture = z.object({
  extent: zExtent,
  channels: z.literal(4),
  depth: z.literal([8, 16]),
  tiles: z.array(zBlobId.nullable()),
});

const zTileOptions = z.object({
  depth: z.literal([8, 16]), // of the document
  profile: zBlobId.nullable(), // of the document: colours are brought into it
  /** Tiles of a picture of the same size; where the new one is the same, its tile is null: it adds nothing there. */
  without: z.array(zBlobId.nullable()).optional(),
});
export type TileOptions = z.infer<typeof zTileOptions>;

/** Documents on the disk. The page is the only one that changes an open document; here it is opened, written down and saved. */
export const documentServices = {
  documents: {
    /** Opens a picture as a document of one layer. Pixels become tiles among the blobs; the file itself is kept too.
     * Fails with `image-unreadable`, `image-too-large`. */
    open: method([zFileSource], zOpenedDocument),
    /** Goes on writing down a document after the engine was lost, from what the page has of it.
     * @returns its name from now on */
    attach: method([zDocumentId, zRecords], zDocumentId),
    /** Writes down a change of an open document. Once answered, it survives a crash. Fails with `blob-missing`, `disk-full`. */
    append: method([zDocumentId, zDocumentPatch], z.undefined()),
    /** Ends writing down; what is not saved is forgotten. */
    close: method([zDocumentId], z.undefined()),
    recoverable: method([], z.array(zRecoverable)), // the latest first
    recover: method([zDocumentId], zOpenedDocument),
    /** Forgets a document that could be recovered. */
    discard: method([zDocumentId], z.undefined()),
    /** Reads a picture, for example the result of an edit, as tiles in the document's depth and colours. */
    tiles: method([zBlobId, zTileOptions], zTiledPicture),
  },
};
