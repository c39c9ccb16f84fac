import type { modelChanges, PackSource } from '#common/contract/model-service.ts';
import type { ImplementationOf } from '#common/rpc/contract.ts';
import type { GrantedFolders } from '../batch/granted-folders.ts';
import type { ModelLibrary } from '../models/model-library.ts';

/** What of a pack is on the disk, in bytes. */
interface Added {
  readonly done: number;
  readonly of: number;
}

const stepsTold = 400; // more than a bar on a screen can show

/** Changes to what is installed, as one page asks for them. */
export function modelChangesOf(library: ModelLibrary, folders: GrantedFolders): ImplementationOf<typeof modelChanges> {
  const listeners = new Set<(added: Added) => void>();
  const tell = (added: Added): void => listeners.forEach((listener) => listener(added));
  const placeOf = (source: PackSource): string => ('folder' in source ? folders.path(source.folder) : source.address);
  return {
    look: (source, signal) => library.look(placeOf(source), signal),
    add: async (source, hasAccepted, signal) => {
      const { bytes } = await library.look(placeOf(source), signal);
      await library.add(placeOf(source), { signal, hasAccepted, onProgress: sumOf(bytes, tell) });
    },
    onAdding: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    verify: async (id) => void (await library.verify(id)),
    remove: async (id) => void (await library.remove(id)),
  };
}

/** Adds up what is said of each file. */
function sumOf(of: number, tell: (added: Added) => void) {
  const files = new Map<string, number>();
  let told = -1;
  return (file: string, bytes: number): void => {
    files.set(file, bytes);
    const done = [...files.values()].reduce((sum, one) => sum + one, 0);
    const step = Math.floor((done / of) * stepsTold);
    if (step === told) return;
    told = step;
    tell({ done, of });
  };
}
