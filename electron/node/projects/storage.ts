import type { StorageUsage } from '#common/contract/services.ts';
import { dayMs, isNeededBy } from './stores.ts';
import type { Stores } from './stores.ts';

type Kept = Pick<Stores, 'blobs' | 'journals' | 'recent' | 'pictures'>;

/** What documents take on the disk, and what of it could go: packed layers, which only make saving again quick, and blobs that nothing
 * names any more. Blobs of the last day count as needed: whoever put them may be about to note them. */
export async function storageUsage(stores: Kept, now = Date.now()): Promise<StorageUsage> {
  const [pictures, blobs, isNeeded] = await Promise.all([
    stores.pictures.files(),
    stores.blobs.files(),
    isNeededBy(stores),
  ]);
  const unneeded = blobs.filter(({ id, changedMs }) => !isNeeded(id) && now - changedMs >= dayMs);
  const unused = pictures.filter(({ isInUse }) => !isInUse);
  return { bytes: sum(pictures) + sum(blobs), clearable: sum(unused) + sum(unneeded) };
}

/** Deletes what could go. @returns what is left */
export async function clearStorage(stores: Kept): Promise<StorageUsage> {
  await stores.pictures.limit(0);
  await stores.blobs.sweep(await isNeededBy(stores), dayMs);
  return await storageUsage(stores);
}

const sum = (files: readonly { readonly bytes: number }[]): number =>
  files.reduce((total, { bytes }) => total + bytes, 0);
