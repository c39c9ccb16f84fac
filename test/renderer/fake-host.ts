import { AppError } from '#common/contract/errors.ts';
import { defaultSettings } from '#common/contract/settings.ts';
import type { Settings } from '#common/contract/settings.ts';
import { engineContract } from '#common/contract/services.ts';
import type { EngineImplementations, NamedBytes } from '#common/contract/services.ts';
import type { EngineMessage, OrderMessage } from '#common/contract/edit-order.ts';
import type { LeftOutDevice, TriedDevice } from '#common/contract/devices.ts';
import type { ChosenFile } from '#common/contract/documents.ts';
import type { BlobId } from '#common/contract/blobs.ts';
import type { MapBeside } from '#common/contract/map-service.ts';
import { createClient } from '#common/rpc/client.ts';
import { createMemoryPorts } from '#common/rpc/memory-port.ts';
import { serve } from '#common/rpc/server.ts';
import type { Dialogs, Host } from '../../renderer/host/host.ts';
import { FakeDocuments } from './fake-documents.ts';

export const blob = 'b'.repeat(64) as BlobId;

const model = {
  ...{ id: 'mini', title: 'Mini', isEmbedded: true, bytes: 1 },
  ready: { imageSize: 64, grid: 4, precision: 'fp32', sampling: { cfg: 3, temperature: 1, topK: 0, topP: 1 } },
};

const noBatches = (): never => {
  throw new Error('batches are not part of this');
};

const noMaps = (): never => {
  throw new Error('maps are not part of this');
};

const noChanges = (): never => {
  throw new Error('changes of models are not part of this');
};

const fakeBatches: Pick<EngineImplementations, 'batch' | 'folders'> = {
  folders: { roots: () => [], list: noBatches, inside: noBatches },
  batch: {
    ...{ devices: () => ['cpu'], find: noBatches, preview: noBatches, start: noBatches, current: () => null },
    ...{ pause: noBatches, resume: noBatches, cancel: noBatches, moveBefore: noBatches, again: noBatches },
    ...{ leaveOut: noBatches, reveal: noBatches },
    ...{ accept: noBatches, close: noBatches, thumbnail: noBatches, file: noBatches },
    onMessage: () => () => undefined,
  },
};

/** A host whose engine does what the test says, behind the real protocol. */
export class FakeHost implements Host {
  kind: Host['kind'] = 'browser';
  readonly saved: NamedBytes[] = [];
  chosen: ChosenFile | { name: string } | null = null;
  readonly dialogs: Dialogs = {
    openPicture: () => Promise.resolve(null),
    savePicture: (picture) => Promise.resolve(this.saved.push(picture) > 0),
    chooseFile: () => Promise.resolve(null),
    chooseTarget: () => Promise.resolve(this.chosen),
  };
  readonly onOpened = () => () => undefined;
  readonly onFolderDropped = () => () => undefined;
  readonly onFilesDropped = () => () => undefined;
  readonly onCommand = () => () => undefined;
  readonly onLeaveWanted = () => () => undefined;
  readonly noteUnsaved = () => undefined;
  left = 0; // how often the page was left
  readonly leave = () => void this.left++;
  readonly showMenu = () => undefined;
  readonly ordered: unknown[] = [];
  readonly cancelled: string[] = [];
  readonly stopped: string[] = [];
  readonly moved: unknown[] = [];
  readonly documents = new FakeDocuments();
  readMap: EngineImplementations['maps']['read'] = noMaps;
  beside: MapBeside[] = [];
  /** Blobs by their ids; left out: every blob is the same one. */
  stored: Map<BlobId, Uint8Array> | undefined;
  isDiskFull = false;
  models = [model];
  settings: Settings = defaultSettings;
  leftOut: LeftOutDevice[] = []; // devices that stopped the program
  modelChanges: Pick<EngineImplementations['models'], 'look' | 'add' | 'onAdding' | 'verify' | 'remove'> = {
    ...{ look: noChanges, add: noChanges, onAdding: () => () => undefined, verify: noChanges, remove: noChanges },
  };
  triedDevices: TriedDevice[] = [{ device: 'cpu' }];
  #say: (message: EngineMessage) => void = () => undefined;
  #tell: Parameters<Host['onEngine']>[0] = () => undefined;
  #close: () => void = () => undefined;

  readonly onEngine: Host['onEngine'] = (listener) => {
    this.#tell = listener;
    return () => undefined;
  };

  connect(): void {
    const [near, far] = createMemoryPorts();
    serve(far, engineContract, this.#implementations());
    this.#close = () => near.close();
    this.#tell(createClient(near, engineContract));
  }

  lose(): void {
    this.#close();
    this.#tell(undefined);
  }

  say(message: OrderMessage, job = 'job-1'): void {
    this.#say({ job, message });
  }

  #put(bytes: Uint8Array): BlobId {
    if (this.isDiskFull) throw new AppError('disk-full', { path: 'blobs' });
    if (!this.stored) return blob;
    const known = [...this.stored].find(([, other]) => other.join() === bytes.join());
    const id = known?.[0] ?? ((this.stored.size + 1).toString(16).padStart(64, '0') as BlobId);
    this.stored.set(id, bytes);
    return id;
  }

  #implementations(): EngineImplementations {
    return {
      program: { about: () => ({ version: '0', onnxruntime: '0' }) },
      blobs: {
        small: () => [],
        put: (bytes) => this.#put(bytes),
        get: (id) => this.stored?.get(id) ?? new Uint8Array([7]),
      },
      devices: {
        tryAll: () => this.triedDevices,
        leftOut: () => this.leftOut,
        tryAgain: (device) => (this.leftOut = this.leftOut.filter((one) => one.device !== device)),
      },
      models: { list: () => this.models, samples: () => [], ...this.modelChanges },
      maps: { read: (...file) => this.readMap(...file), write: noMaps, extract: noMaps, beside: () => this.beside },
      documents: this.documents.implementations,
      storage: { usage: () => ({ bytes: 2, clearable: 1 }), clear: () => ({ bytes: 1, clearable: 0 }) },
      ...fakeBatches,
      settings: {
        get: () => this.settings,
        change: (change) => (this.settings = { ...this.settings, ...change }),
        onChanged: () => () => undefined,
      },
      pictures: { flatten: () => new Uint8Array([1]), thumbnail: () => new Uint8Array([2]), screenTables: () => null },
      engine: {
        edit: (order) => `job-${this.ordered.push(order)}`,
        cancel: (job) => void this.cancelled.push(job),
        stop: (job) => void this.stopped.push(job),
        moveBefore: (job, next) => void this.moved.push([job, next]),
        onMessage: (listener) => {
          this.#say = listener;
          return () => undefined;
        },
      },
    };
  }
}
