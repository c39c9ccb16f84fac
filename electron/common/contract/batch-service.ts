import { z } from 'zod';
import { event, method } from '../rpc/contract.ts';
import {
  zBatchDevices,
  zBatchFinished,
  zBatchMessage,
  zBatchOptions,
  zBatchProgress,
  zCounts,
  zDeviceLost,
  zFailure,
  zItemReport,
} from './batch.ts';
import { zBytes } from './blobs.ts';
import { zChosenFile, zFileHandle, zFileName } from './documents.ts';
import { zDeviceName } from './edit-request.ts';
import { zRecipe } from './recipe.ts';

/** A folder of the machine as the page knows it. It can be named by its handle only; its place is for people to read. */
export const zFolder = z.object({ handle: zFileHandle, name: z.string(), place: z.string() });
export type Folder = z.infer<typeof zFolder>;

/** What a folder holds, as far as choosing one needs it. */
const zFolderContent = z.object({
  folder: zFolder,
  parent: zFolder.nullable(), // null where the page may go no further up
  folders: z.array(zFolder),
  pictures: z.int().nonnegative(), // directly in it
});
export type FolderContent = z.infer<typeof zFolderContent>;

/** A batch as the page asks for it. */
const zBatchOrder = z.object({
  input: zFileHandle, // folders
  output: zFileHandle,
  recipe: z.unknown(), // checked as recipes from files are, so that what is wrong is told in the same words
  options: zBatchOptions,
  devices: zBatchDevices.default([]),
  resume: z.boolean().default(false), // go on with the unfinished batch of the output folder
});
export type BatchOrder = z.output<typeof zBatchOrder>;

/** Names a plan or a batch, so that its pictures can be asked for. */
const zBatchId = z.uuid().brand('BatchId');
export type BatchId = z.infer<typeof zBatchId>;

/** What a batch would do. */
const zBatchPlan = z.object({
  id: zBatchId,
  items: z.array(zItemReport),
  make: z.int(), // so many of them
  etaMs: z.number().nullable(), // null where this model was never timed here
  notices: z.array(z.string()), // what of the folder is left out
});
export type BatchPlan = z.infer<typeof zBatchPlan>;

/** A batch that was begun in an output folder and not finished. */
const zFoundBatch = z.object({
  recipe: zRecipe,
  options: zBatchOptions,
  startedAt: z.string(),
  counts: zCounts,
  input: z.string(), // where its pictures lie, for people to read
  isOfInput: z.boolean(), // it is of the input folder it was asked for with
});
export type FoundBatch = z.infer<typeof zFoundBatch>;

/** The batch of the engine as it is now. */
const zBatchView = z.object({
  id: zBatchId,
  input: zFolder,
  output: zFolder,
  recipe: zRecipe,
  options: zBatchOptions,
  status: z.enum(['running', 'paused', 'finished', 'cancelled', 'failed']),
  items: z.array(zItemReport),
  waiting: z.array(z.int()), // indexes, in the order they will be made
  progress: zBatchProgress.nullable(), // as last told
  finished: zBatchFinished.nullable(),
  failure: zFailure.nullable(), // of the batch itself
  lost: z.array(zDeviceLost), // devices that are not used any more
});
export type BatchView = z.infer<typeof zBatchView>;

/** What pages hear of the batch, all of them alike. */
const zDeskMessage = z.union([
  zBatchMessage,
  z.object({ type: z.literal('opened'), batch: zBatchView }),
  z.object({ type: z.literal('order'), waiting: z.array(z.int()) }),
  z.object({ type: z.literal('failed'), ...zFailure.shape }),
  z.object({ type: z.literal('closed') }),
]);
export type DeskMessage = z.infer<typeof zDeskMessage>;

const zIndex = z.int().positive();
const zIndexes = z.array(zIndex).max(1_000_000);
const zVariant = z.int().nonnegative();
const zSide = z.enum(['before', 'after']);
export type PictureSide = z.infer<typeof zSide>;

/** A picture of an item: the input, or a variant of what was made of it. */
const zItemFile = z.object({ batch: zBatchId, index: zIndex, side: zSide, variant: zVariant });
export type ItemFile = z.infer<typeof zItemFile>;

/** Where a file lies, for people to read, and whether the system's file manager shows it. */
const zRevealed = z.object({ place: z.string(), isShown: z.boolean() });
export type Revealed = z.infer<typeof zRevealed>;

/** Batches over folders of the machine. There is one batch at a time, of all pages: it goes on when a page is gone. */
export const batchServices = {
  /** Folders the person let the page use. */
  folders: {
    /** From where a page may choose. None in the desktop program, whose shell asks the person with a dialog of the system. */
    roots: method([], z.array(zFolder)),
    /** Fails with `folder-unreadable`. */
    list: method([zFileHandle], zFolderContent),
    /** A folder in another, whether it is there yet or not; a batch creates its output folder. Fails with `name-invalid`. */
    inside: method([zFileHandle, zFileName], zFolder),
  },
  batch: {
    /** Devices of this machine that batches can work on: every graphics card that passes its self-test, and the processor. */
    devices: method([], z.array(zDeviceName)),
    /** The unfinished batch of an output folder. @param input folder, output folder */
    find: method([zFileHandle, zFileHandle], zFoundBatch.nullable()),
    /** Says what a batch would do, and does nothing. */
    preview: method([zBatchOrder], zBatchPlan),
    /** Begins a batch once it is planned and written down. Fails with `batch-running` while there is one. */
    start: method([zBatchOrder], z.undefined()),
    current: method([], zBatchView.nullable()),
    /** The running item is finished; no other begins. */
    pause: method([], z.undefined()),
    resume: method([], z.undefined()),
    /** Ends the batch with what it has. It can be resumed. */
    cancel: method([], z.undefined()),
    /** Puts waiting items before another one, or last; before one that waits no longer they are the first. */
    moveBefore: method([zIndexes, zIndex.nullable()], z.undefined()),
    /** Makes items once more that are done, failed or left out by the person. @param seed null: as before */
    again: method([zIndexes, z.int().nonnegative().nullable()], z.undefined()),
    /** Leaves out items that wait. They can be made again. */
    leaveOut: method([zIndexes], z.undefined()),
    /** Notes that the person likes what was made, or does not. @param variant which of several; null: no certain one */
    accept: method([zIndexes, z.boolean(), zVariant.nullable()], z.undefined()),
    /** Forgets a batch that is over; what it made stays. */
    close: method([], z.undefined()),
    /** A small picture of an input or of what was made of it; null where there is none to see. */
    thumbnail: method([zItemFile], zBytes.nullable()),
    /** The file itself, for `documents.open`. Fails with `image-unreadable` where there is none yet. */
    file: method([zItemFile], zChosenFile),
    /** Shows a file in the system's file manager, where the host has one. @param file null: the report of the batch. Fails with
     * `image-unreadable` where there is none yet. */
    reveal: method([zItemFile.nullable()], zRevealed),
    onMessage: event(zDeskMessage),
  },
};
