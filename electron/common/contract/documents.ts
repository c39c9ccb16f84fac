import { z } from 'zod';
import { zDocumentPatch } from '../document/patch.ts';
import { zDocumentRecord, zExtent, zStoredRecipe } from '../document/records.ts';
import { method } from '../rpc/contract.ts';
import { zBlobId } from './blobs.ts';

/** Names a document while it is open, and its journal after a crash. */
export const zDocumentId = z.uuid().brand('DocumentId');
export type DocumentId = z.infer<typeof zDocumentId>;

/** A file of the machine that the person chose in a dialog or opened with the program. The page knows its handle and its name; where it
 * lies, only the desktop program and the engine know. */
export const zFileHandle = z.uuid().brand('FileHandle');
export type FileHandle = z.infer<typeof zFileHandle>;

export const zFileName = z.string().min(1).max(255);

/** A file of the machine as the page knows it. */
export const zChosenFile = z.object({ handle: zFileHandle, name: zFileName });
export type ChosenFile = z.infer<typeof zChosenFile>;

/** What is opened: such a file, or bytes the page has itself. */
export const zFileSource = z.union([z.object({ handle: zFileHandle }), z.object({ blob: zBlobId, name: zFileName })]);
export type FileSource = z.infer<typeof zFileSource>;

export const zRecentId = z.uuid().brand('RecentId');
export type RecentId = z.infer<typeof zRecentId>;

/** A picture or project that was opened or saved before. */
export const zRecentFile = z.object({
  id: zRecentId,
  name: zFileName,
  isProject: z.boolean(),
  usedAt: z.number(), // ms since 1970
  source: zFileSource,
  folder: z.string().nullable(), // name of the folder it lies in; null: a copy that the program kept
  isMissing: z.boolean(),
  thumbnail: zBlobId.nullable(), // a small picture of it
});
export type RecentFile = z.infer<typeof zRecentFile>;

export const zRecords = z.array(zDocumentRecord).max(100_000);

/** What a picture file tells about how it was made, for the person to read and to take up. */
export const zMaking = z.object({
  recipe: zStoredRecipe.nullable(), // ours; to be checked before it is used
  prompt: z.string(),
  negativePrompt: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.number()])), // for example Steps, Seed, CFG scale, Model
});
export type Making = z.infer<typeof zMaking>;

/** A document as the page gets it. */
export const zOpenedDocument = z.object({
  document: zDocumentId,
  name: zFileName, // of the file it came from or was last saved to
  records: zRecords,
  hasFile: z.boolean(), // `save` can write to the file it came from
  hasUnsaved: z.boolean(),
  notices: z.array(z.string()), // sentences for the person: what is not as it was
  making: zMaking.nullable(), // of a picture that says so, whichever program made it
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

/** Where something is written: the project's own file; a file chosen in a dialog; a blob for the page to hand on, under a name. Files of
 * other people's making are replaced only where the person said so. */
const zSaveTarget = z.union([
  z.object({ own: z.literal(true), mayReplace: z.boolean().default(false) }),
  z.object({ handle: zFileHandle, mayReplace: z.boolean().default(false) }),
  z.object({ name: zFileName }),
]);
export type SaveTarget = z.output<typeof zSaveTarget>;

const zWritten = z.object({
  name: zFileName, // of the file
  blob: zBlobId.nullable(), // where a blob was asked for
  notices: z.array(z.string()), // sentences: what the format could not hold
});
export type Written = z.infer<typeof zWritten>;

export const exportFormats = ['png', 'jpeg', 'webp', 'avif', 'tiff', 'psd', 'ora'] as const;

export const zExportOptions = z.object({
  format: z.enum(exportFormats),
  quality: z.int().min(1).max(100).default(92), // of JPEG, WebP and AVIF
  depth: z.literal([8, 16]).optional(), // bits of PNG and TIFF; left out: those of the document
  keepsMetadata: z.boolean().default(true), // EXIF, XMP and IPTC of the picture that was opened
  keepsPlace: z.boolean().default(true), // GPS
  hasRecipe: z.boolean().default(true), // how it was made
});
export type ExportOptions = z.output<typeof zExportOptions>;

/** The same as callers give it: what is left out has its default. */
export type ExportChoice = z.input<typeof zExportOptions>;

export const zTileOptions = z.object({
  depth: z.literal([8, 16]), // of the document
  profile: zBlobId.nullable(), // of the document: colours are brought into it
  /** Tiles of a picture of the same size; where the new one is the same, its tile is null: it adds nothing there. */
  without: z.array(zBlobId.nullable()).optional(),
  name: zFileName.optional(), // of the picture, for telling what is wrong with it
});
export type TileOptions = z.infer<typeof zTileOptions>;

/** Documents on the disk. The page is the only one that changes an open document; here it is opened, written down and saved. */
export const documentServices = {
  documents: {
    /** Pictures and projects that a host for browsers was started with, told to the first page that asks. In Electron the shell tells of them. */
    named: method([], z.array(zChosenFile)),
    /** Opens a project, or a picture as a document of one layer: told by content. Pixels become tiles among the blobs.
     * Fails with `image-unreadable`, `image-too-large`, `project-unreadable`, `project-too-new`. */
    open: method([zFileSource], zOpenedDocument),
    /** Goes on writing down a document after the engine was lost, from what the page has of it.
     * @returns its name from now on */
    attach: method([zDocumentId, zRecords], zDocumentId),
    /** Writes down a change of an open document. Once answered, it survives a crash. Fails with `blob-missing`, `data-full`. */
    append: method([zDocumentId, zDocumentPatch], z.undefined()),
    /** Saves a project: an OpenRaster file with everything in it. The file is complete or as it was. Fails with `file-changed`,
     * `output-is-input`, `disk-full`, `output-not-writable`. */
    save: method([zDocumentId, zRecords, zSaveTarget], zWritten),
    /** Writes what is seen as a picture. Fails as `save` does, and with `unsupported-size`. */
    export: method([zDocumentId, zRecords, zExportOptions, zSaveTarget], zWritten),
    /** Ends writing down; what is not saved is forgotten. */
    close: method([zDocumentId], z.undefined()),
    recoverable: method([], z.array(zRecoverable)), // the latest first
    recover: method([zDocumentId], zOpenedDocument),
    /** Forgets a document that could be recovered. */
    discard: method([zDocumentId], z.undefined()),
    recent: method([], z.array(zRecentFile)), // the latest first
    /** Takes one, or all, from the list; the files stay. */
    forgetRecent: method([zRecentId.nullable()], z.undefined()),
    /** Reads a picture, for example the result of an edit, as tiles in the document's depth and colours. */
    tiles: method([zBlobId, zTileOptions], zTiledPicture),
  },
};
