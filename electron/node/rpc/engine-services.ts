import type { EngineImplementations, ModelInfo } from '#common/contract/services.ts';
import { engineContract } from '#common/contract/services.ts';
import type { WireError } from '#common/contract/errors.ts';
import { describeHostError } from '#common/contract/host-errors.ts';
import type { MessagePortLike } from '#common/rpc/port.ts';
import { serve } from '#common/rpc/server.ts';
import type { BatchDesk } from '../batch/batch-desk.ts';
import { batchImplementations } from '../batch/batch-services.ts';
import type { GrantedFolders } from '../batch/granted-folders.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { describeFailure } from '../engine/failure.ts';
import { screenTables } from '../images/screen-tables.ts';
import type { ListedPack } from '../models/model-library.ts';
import { readSamples } from '../models/samples.ts';
import { Documents } from '../projects/documents.ts';
import { clearStorage, storageUsage } from '../projects/storage.ts';
import type { Stores } from '../projects/stores.ts';
import type { Services } from '../services.ts';
import { mapServices } from '../maps/map-services.ts';
import { modelChangesOf } from './model-changes.ts';
import { Orders } from './orders.ts';

/** What a host needs to serve a page. */
export interface HostedServices extends Stores {
  readonly services: Pick<Services, 'program' | 'library' | 'engine' | 'settings'> & {
    readonly devices: Pick<Services['devices'], 'leftOut' | 'tryAgain' | 'tryAll'>;
  };
  readonly folders: GrantedFolders;
  readonly batches: BatchDesk; // of all pages: it goes on when one is gone
}

/** Serves one page over one port until the port closes; then its jobs are cancelled. */
export function serveEngine(port: MessagePortLike, { services, folders, batches, ...stores }: HostedServices): void {
  const { blobs } = stores;
  const documents = new Documents({ ...stores, version: services.program.version });
  const orders = new Orders(services.engine, blobs);
  const implementations: EngineImplementations = {
    program: { about: () => ({ ...services.program }) },
    blobs: { put: (bytes) => blobs.put(bytes), get: (id) => blobs.get(id), small: (ids) => stores.small.get(ids) },
    pictures: {
      flatten: (picture) => stores.work.flatten(picture),
      thumbnail: (picture) => stores.work.thumbnail(picture),
      screenTables: async (profile) => await screenTables(await blobs.get(profile)),
    },
    models: {
      list: async () => (await services.library.list()).map(modelInfo),
      samples: async () => await sampleBlobs(services.library, blobs),
      ...modelChangesOf(services.library, folders),
    },
    devices: {
      tryAll: async () => [...(await services.devices.tryAll())],
      leftOut: async () => [...(await services.devices.leftOut())],
      tryAgain: async (device) => {
        await services.devices.tryAgain(device);
        batches.findDevicesAnew();
        return [...(await services.devices.leftOut())];
      },
    },
    documents: {
      named: () => stores.files.takeNamed(),
      open: (source) => documents.open(source),
      attach: (document, records) => documents.attach(document, records),
      append: (document, patch) => documents.append(document, patch),
      save: (document, records, target) => documents.save(document, records, target),
      export: (document, records, options, target) => documents.export(document, records, options, target),
      close: (document) => documents.close(document),
      recoverable: () => documents.recoverable(),
      recover: (document) => documents.recover(document),
      discard: (document) => documents.discard(document),
      recent: () => documents.recent(),
      forgetRecent: (id) => documents.forgetRecent(id),
      tiles: (picture, options) => documents.tiles(picture, options),
    },
    settings: {
      get: () => services.settings.get(),
      change: (change) => services.settings.change(change),
      onChanged: (listener) => services.settings.onChanged(listener),
    },
    storage: { usage: () => storageUsage(stores), clear: () => clearStorage(stores) },
    maps: mapServices(services.library, stores),
    ...batchImplementations(batches, folders),
    engine: {
      edit: (order) => orders.edit(order),
      cancel: (job) => orders.cancel(job),
      stop: (job) => orders.stop(job),
      moveBefore: (job, next) => orders.moveBefore(job, next),
      onMessage: (listener) => orders.onMessage(listener),
    },
  };
  void limitCache(services.settings, stores).catch(() => undefined); // it can wait for the next page
  port.onClose(() => {
    orders.cancelAll();
    void documents[Symbol.asyncDispose]();
  });
  serve(port, engineContract, implementations, { describe });
}

async function limitCache(settings: Services['settings'], { pictures }: Stores): Promise<void> {
  await pictures.limit((await settings.get()).cacheMiB * 2 ** 20);
}

function modelInfo({ id, isEmbedded, bytes, pack, problem }: ListedPack): ModelInfo {
  if (!pack) return { id, title: id, isEmbedded, bytes, problem: problem ?? 'it cannot be read' };
  const { title, family, imageSize, grid, precision, sampling, note, licence } = pack;
  const maps = family === 'depth' || family === 'segmentation' ? family : undefined;
  return { id, title, maps, isEmbedded, bytes, licence, ready: { imageSize, grid, precision, sampling, note } };
}

/** Samples of the first embedded model that can be used, their pictures as blobs. */
async function sampleBlobs(library: Services['library'], blobs: BlobStore) {
  const embedded = (await library.list()).find(({ isEmbedded, pack }) => isEmbedded && pack);
  const samples = embedded ? await readSamples(embedded.folder) : [];
  return await Promise.all(samples.map(async ({ bytes, ...sample }) => ({ ...sample, blob: await blobs.put(bytes) })));
}

/** Errors leave this process as sentences for the person. */
function describe(thrown: unknown): WireError {
  const failure = describeFailure(thrown);
  const known = describeHostError(failure.code);
  return known
    ? { ...failure, message: [known.sentence, known.kept, known.action].filter(Boolean).join(' ') }
    : failure;
}
