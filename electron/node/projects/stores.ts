import { join } from 'node:path';
import type { BlobId } from '#common/contract/blobs.ts';
import { BlobStore } from '../blobs/blob-store.ts';
import { SmallTiles } from '../blobs/small-tiles.ts';
import { fileWorkHere } from './file-work.ts';
import type { FileWork } from './file-work-contract.ts';
import { GrantedFiles } from './granted-files.ts';
import { Journals } from './journals.ts';
import { LayerPictures } from './layer-pictures.ts';
import { RecentFiles } from './recent-files.ts';
import { startFileThread } from './start-file-thread.ts';

export const dayMs = 24 * 60 * 60 * 1000;

/** Pixels, and what is made of them to be quick. */
interface PixelStores {
  readonly blobs: BlobStore;
  readonly small: SmallTiles;
  readonly pictures: LayerPictures;
}

/** What open documents are kept in. */
export interface Stores extends PixelStores {
  readonly journals: Journals;
  readonly files: GrantedFiles;
  readonly recent: RecentFiles;
  readonly work: FileWork;
}

/** The stores in the folder of the program's data. Blobs that no journal and no list names and that are older than a day are deleted meanwhile: until
 * then, whoever put one may still be about to note it.
 * @param thread file of the program that does the work with files; left out: it is done here */
export function openStores(dataFolder: string, thread?: string): Stores {
  const files = new GrantedFiles();
  const pixels = openPixels(dataFolder);
  const stores: Stores = {
    ...pixels,
    journals: new Journals(join(dataFolder, 'journals')),
    files,
    recent: new RecentFiles(join(dataFolder, 'recent.json'), files),
    work: thread === undefined ? fileWorkHere(pixels) : startFileThread(thread, dataFolder),
  };
  void tidy(stores).catch(() => undefined); // it can wait for the next start
  return stores;
}

/** The part of them that several threads may have open: files that are there whole or not at all, and never change. */
export function openPixels(dataFolder: string): PixelStores {
  const blobs = new BlobStore(join(dataFolder, 'blobs'));
  const small = new SmallTiles(blobs, join(dataFolder, 'small-tiles'));
  blobs.noteTile = (id, tile) => small.note(id, tile);
  return { blobs, small, pictures: new LayerPictures(join(dataFolder, 'layer-pictures')) };
}

async function tidy(stores: Stores): Promise<void> {
  await sweepBlobs(stores, dayMs);
  await stores.pictures.sweep(Date.now() - 7 * dayMs);
  await stores.small.sweep(Date.now() - 30 * dayMs);
}

/** @returns how many were deleted */
export async function sweepBlobs(
  stores: Pick<Stores, 'blobs' | 'journals' | 'recent'>,
  minAgeMs: number,
): Promise<number> {
  return await stores.blobs.sweep(await isNeededBy(stores), minAgeMs);
}

/** Tells which blobs a journal or the list of recent files names. */
export async function isNeededBy({ journals, recent }: Pick<Stores, 'journals' | 'recent'>) {
  const needed = new Set([...(await journals.referencedBlobs()), ...(await recent.blobs())]);
  return (id: BlobId): boolean => needed.has(id);
}
