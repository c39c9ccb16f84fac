import type { EngineImplementations } from '#common/contract/services.ts';
import type { BatchDesk } from './batch-desk.ts';
import type { GrantedFolders } from './granted-folders.ts';

/** Batches and folders as a page calls them. */
export function batchImplementations(
  desk: BatchDesk,
  folders: GrantedFolders,
): Pick<EngineImplementations, 'batch' | 'folders'> {
  return {
    folders: {
      roots: () => folders.roots(),
      list: (folder) => folders.list(folder),
      inside: (folder, name) => folders.inside(folder, name),
    },
    batch: {
      devices: () => desk.devices(),
      find: (input, output) => desk.find(input, output),
      preview: (order, signal) => desk.preview(order, signal),
      start: async (order) => void (await desk.start(order)),
      current: () => desk.view(),
      pause: () => void desk.pause(),
      resume: () => void desk.resume(),
      cancel: async () => void (await desk.cancel()),
      moveBefore: (indexes, next) => void desk.moveBefore(indexes, next),
      again: async (indexes, seed) => void (await desk.again(indexes, seed)),
      leaveOut: async (indexes) => void (await desk.leaveOut(indexes)),
      accept: async (indexes, accepted, variant) => void (await desk.accept(indexes, accepted, variant)),
      close: async () => void (await desk.close()),
      thumbnail: (file, signal) => desk.files.thumbnail(file, signal),
      file: (file) => desk.files.chosen(file),
      reveal: (file) => desk.reveal(file),
      onMessage: (listener) => desk.onMessage(listener),
    },
  };
}
