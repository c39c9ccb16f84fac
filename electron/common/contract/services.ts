import { z } from 'zod';
import { event, method, replayedEvent } from '../rpc/contract.ts';
import type { ImplementationsOf, ServicesOf } from '../rpc/contract.ts';
import { batchServices, zFolder } from './batch-service.ts';
import { zBlobId, zBytes } from './blobs.ts';
import { documentServices, zChosenFile, zFileHandle, zFileName } from './documents.ts';
import { mapKinds } from '../maps/condition-map.ts';
import { zMadeMap, zMap, zMapBeside, zReadMap } from './map-service.ts';
import { zLeftOutDevice, zTriedDevice } from './devices.ts';
import { modelChanges, zLicence } from './model-service.ts';
import { zEditOrder, zEngineMessage } from './edit-order.ts';
import { zLayeredPicture } from './pictures.ts';
import { zDeviceName, zTask } from './edit-request.ts';
import { zSettings, zSettingsChange } from './settings.ts';

const zModelInfo = z.object({
  id: z.string(),
  title: z.string(),
  maps: z.enum(['depth', 'segmentation']).optional(), // the kind it makes; left out: it makes pictures
  isEmbedded: z.boolean(),
  bytes: z.number().nonnegative(),
  licence: zLicence.optional(), // left out where the pack cannot be read
  /** Left out where the pack cannot be used; `problem` says why. */
  ready: z
    .object({
      imageSize: z.int().positive(), // pixels along one side of the model's square
      grid: z.int().positive(), // cells along one side
      precision: z.string(),
      sampling: z.object({ cfg: z.number(), temperature: z.number(), topK: z.number(), topP: z.number() }),
      note: z.string().optional(), // one sentence to show wherever the model is offered
    })
    .optional(),
  problem: z.string().optional(),
});
export type ModelInfo = z.infer<typeof zModelInfo>;

/** A picture that comes with the embedded model, and sentences that make something of it. */
export const zSampleText = z.object({
  title: z.string().min(1),
  task: zTask,
  instructions: z.array(z.string().min(1)).min(1),
});
export type SampleText = z.infer<typeof zSampleText>;
const zSample = zSampleText.extend({ blob: zBlobId }); // a PNG file; a condition map for the tasks that take one

const zStorageUsage = z.object({
  bytes: z.number(), // that documents take on the disk of this program's data, saved files not counted
  clearable: z.number(), // of these
});
export type StorageUsage = z.infer<typeof zStorageUsage>;

const zProgram = z.object({ version: z.string(), onnxruntime: z.string() });

/** As many small tiles can be asked for at once. */
export const maxSmall = 64;

/** What the engine process offers a page, over whichever port. Files of the machine cannot be named here, on purpose. */
export const engineContract = {
  program: {
    about: method([], zProgram),
  },
  /** Pictures by the hash of their bytes. */
  blobs: {
    put: method([zBytes], zBlobId),
    get: method([zBlobId], zBytes),
    /** Tiles of documents four times smaller, as the bytes of tiles. Fails with `blob-missing`, `tile-damaged`. */
    small: method([z.array(zBlobId).max(maxSmall)], z.array(zBytes)),
  },
  ...documentServices,
  ...batchServices,
  pictures: {
    /** What is seen of a document, as a PNG. */
    flatten: method([zLayeredPicture], zBytes),
    /** The same, small. */
    thumbnail: method([zLayeredPicture], zBytes),
    /** Colours under an ICC profile as a screen shows them, and back, where they cannot be computed from what the profile states: bytes of
     * `ScreenTables`. Null where its numbers are to be shown as they are. */
    screenTables: method([zBlobId], z.object({ side: z.int(), toScreen: zBytes, fromScreen: zBytes }).nullable()),
  },
  models: {
    list: method([], z.array(zModelInfo)), // the embedded one first
    samples: method([], z.array(zSample)), // of the embedded model; none where it brings none
    ...modelChanges,
  },
  /** Graphics cards and other things that models run on. */
  devices: {
    /** All there are, each put to its self-test. */
    tryAll: method([], z.array(zTriedDevice)),
    /** Those that stopped the program and are not used for it. */
    leftOut: method([], z.array(zLeftOutDevice)),
    /** Lets one be used again. → those that are still left out */
    tryAgain: method([zDeviceName], z.array(zLeftOutDevice)),
  },
  /** What the person chose, the same for every page. */
  settings: {
    get: method([], zSettings),
    change: method([zSettingsChange], zSettings), // → all of them as they are now
    onChanged: event(zSettings),
  },
  storage: {
    usage: method([], zStorageUsage),
    clear: method([], zStorageUsage), // → what is left
  },
  /** Condition maps and their files. */
  maps: {
    read: method([zBytes, z.enum(mapKinds)], zReadMap), // a picture file
    /** Maps that lie beside a picture's file, told by their names. */
    beside: method([zFileHandle], z.array(zMapBeside)),
    write: method([zMap], zBytes), // → PNG that is read back bit for bit
    /** By an installed network: the one of that id, or for null whichever knows the picture best. */
    extract: method([zBlobId, z.enum(['depth', 'segmentation']), z.string().nullable()], zMadeMap),
  },
  engine: {
    /** Puts an edit last in the queue; its messages follow as events. It is cancelled when the page goes away. */
    edit: method([zEditOrder], z.string()), // → job
    /** Ends a job, waiting or running, and keeps nothing of it. */
    cancel: method([z.string()], z.undefined()),
    /** Ends a running job with the rows it has: `cancelled` says what was kept. */
    stop: method([z.string()], z.undefined()),
    /** Puts a waiting job before another one of this page, or last. */
    moveBefore: method([z.string(), z.string().nullable()], z.undefined()),
    onMessage: event(zEngineMessage),
  },
};
export type EngineServices = ServicesOf<typeof engineContract>;
export type EngineImplementations = ImplementationsOf<typeof engineContract>;

const zNamedBytes = z.object({ name: z.string(), bytes: zBytes });
export type NamedBytes = z.infer<typeof zNamedBytes>;

const zMenuItem = z.object({
  id: z.string().max(60), // of the page's command
  label: z.string().max(120),
  accelerator: z.string().max(40).optional(), // as Electron writes keys; shown only: the page hears its keys itself
  isEnabled: z.boolean(),
  isChecked: z.boolean().optional(), // left out: it switches nothing
});
/** One menu as the page wants it shown: items in sections. */
const zMenu = z.object({
  id: z.string().max(20),
  label: z.string().max(60),
  sections: z.array(z.array(zMenuItem).max(60)).max(10),
});
export type ShownMenu = z.infer<typeof zMenu>;

/** What Electron's main process offers its window: only what a page cannot do by itself. In a browser the page does these itself. */
export const shellContract = {
  dialogs: {
    /** Null when the person closes the dialog without choosing. */
    openPicture: method([], zNamedBytes.nullable()),
    /** False when the person closes the dialog without choosing. */
    savePicture: method([zNamedBytes], z.boolean()),
    /** A picture or a project to open, for `documents.open`. Null when the person chooses none. */
    chooseFile: method([], zChosenFile.nullable()),
    /** Where to write, for `documents.save` and `export`; the person is asked before a file is replaced. @param name suggested; a file
     * that is chosen without an ending gets that of this name */
    chooseTarget: method([zFileName], zChosenFile.nullable()),
    /** A folder for a batch. Null when the person chooses none. */
    chooseFolder: method([], zFolder.nullable()),
    /** A folder that was dropped onto the page. */
    onFolderDropped: event(zFolder),
    /** Files that were dropped onto the page, in their order; null for one that lies nowhere, as from another page. */
    onFilesDropped: event(z.array(zChosenFile.nullable())),
    /** Files given to the program from outside, for `documents.open`: its arguments, a double click, a drop on the icon. */
    onOpened: replayedEvent(zChosenFile),
  },
  window: {
    /** Whether closing the window is to be asked about. */
    noteUnsaved: method([z.boolean()], z.undefined()),
    /** The person wants to close a window with unsaved work; it stays until the page says `close`. */
    onCloseWanted: event(z.literal('close')),
    close: method([], z.undefined()),
  },
  menu: {
    /** The page knows what can be done and in which language; main knows where a menu is. */
    show: method([z.array(zMenu).max(12)], z.undefined()),
    onCommand: event(z.string()), // id of a command
  },
};
export type ShellServices = ServicesOf<typeof shellContract>;
export type ShellImplementations = ImplementationsOf<typeof shellContract>;
