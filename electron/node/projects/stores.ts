import { join } from 'node:path';
import { BlobStore } from '../blobs/blob-store.ts';
import { GrantedFiles } from './granted-files.ts';
import { Journals } from './journals.ts';
import { LayerPictures } from './layer-pictures.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** What open documents are kept in. */
export interface Stores {
  readonly blobs: BlobStore;
  readonly journals: Journals;
  readonly pictures: LayerPictures;
  readonly files: GrantedFiles;
}

/** The stores in the folder of the program's data. Blobs that no journal names and that are older than a day are deleted meanwhile: until
 * then, whoever put one may still be about to note it. */
export function openStores(dataFolder: string): Stores {
  const stores: Stores = {
    blobs: new BlobStore(join(dataFolder, 'blobs')),
    journals: new Journals(join(dataFolder, 'journals')),
    pictures: new LayerPictures(join(dataFolder, 'layer-pictures')),
    files: new GrantedFiles(),
  };
  void tidy(stores).catch(() => undefined); // it can wait for the next start
  return stores;
}

async function tidy(stores: Stores): Promise<void> {
  await sweepBlobs(stores, dayMs);
  await stores.pictures.sweep(Date.now() - 7 * dayMs);
}

/** @returns how many were deleted */
export async function sweepBlobs(
  { blobs, journals }: Pick<Stores, 'blobs' | 'journals'>,
  minAgeMs: number,
): Promise<number> {
  const needed = await journals.referencedBlobs();
  return await blobs.sweep((id) => needed.has(id), minAgeMs);
}
