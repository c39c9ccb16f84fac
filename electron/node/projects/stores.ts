import { join } from 'node:path';
import { BlobStore } from '../blobs/blob-store.ts';
import { Journals } from './journals.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** What open documents are kept in. */
export interface Stores {
  readonly blobs: BlobStore;
  readonly journals: Journals;
}

/** The stores in the folder of the program's data. Blobs that no journal names and that are older than a day are deleted meanwhile: until
 * then, whoever put one may still be about to note it. */
export function openStores(dataFolder: string): Stores {
  const stores = {
    blobs: new BlobStore(join(dataFolder, 'blobs')),
    journals: new Journals(join(dataFolder, 'journals')),
  };
  void sweepBlobs(stores, dayMs).catch(() => undefined); // tidying up can wait for the next start
  return stores;
}

/** @returns how many were deleted */
export async function sweepBlobs({ blobs, journals }: Stores, minAgeMs: number, now?: number): Promise<number> {
  const needed = await journals.referencedBlobs();
  return await blobs.sweep((id) => needed.has(id), minAgeMs, now);
}
