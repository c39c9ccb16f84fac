import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { flushFolder, makeFolder, renamePatiently } from '../disk.ts';
import { ModelError } from '../errors.ts';
import { writeFlushed } from './build-part.ts';
import type { Pack } from './pack.ts';

/** @throws ModelError `invalid-input` where a new pack would take the place of something */
export async function checkIsNew(out: string): Promise<void> {
  if (await stat(out).catch(() => undefined))
    throw new ModelError('invalid-input', `${out} exists already; name a new folder`, { out });
}

/** Fills the folder of a new pack. It appears under its name whole or not at all: everything is written into `<out>.building` first.
 * @param signal when it is aborted, what was written stays for another try; any other failure leaves nothing */
export async function fillPackFolder<T>(
  out: string,
  fill: (folder: string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const folder = `${out}.building`;
  await makeFolder(folder);
  try {
    const made = await fill(folder);
    await flushFolder(folder);
    await renamePatiently(folder, out);
    await flushFolder(dirname(out));
    return made;
  } catch (error) {
    if (!signal?.aborted) await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Writes `pack.json`. */
export async function writePack(folder: string, pack: Pack): Promise<void> {
  await writeFlushed(folder, 'pack.json', [new TextEncoder().encode(`${JSON.stringify(pack, null, 2)}\n`)]);
}
