import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BlobId } from '#common/contract/blobs.ts';
import { BlobStore } from '#node/blobs/blob-store.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const bytes = new TextEncoder().encode('pixels');
const id = createHash('sha256').update(bytes).digest('hex') as BlobId;

test('bytes are found again by their hash', async () => {
  const folder = temporaryFolder();
  expect(await new BlobStore(folder).put(bytes)).toBe(id);
  expect(new Uint8Array(await new BlobStore(folder).get(id))).toEqual(bytes);
});

test('the same bytes are stored once and nothing temporary stays', async () => {
  const store = new BlobStore(temporaryFolder());
  await Promise.all([store.put(bytes), store.put(bytes), store.put(bytes)]);
  const before = statSync(store.path(id)).ino;
  await store.put(bytes);
  expect(statSync(store.path(id)).ino).toBe(before);
  expect(readdirSync(join(store.path(id), '..'))).toEqual([id]);
});

test('a blob that is not there is named', async () => {
  await expect(new BlobStore(temporaryFolder()).get(id)).rejects.toMatchObject({ code: 'blob-missing', data: { id } });
});

test('a blob whose file was changed is not used', async () => {
  const store = new BlobStore(temporaryFolder());
  await store.put(bytes);
  writeFileSync(store.path(id), 'other');
  await expect(store.get(id)).rejects.toMatchObject({ code: 'blob-damaged' });
});

test('a folder that cannot be made is reported with its path', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(new BlobStore(file).put(bytes)).rejects.toMatchObject({
    code: 'data-not-writable',
    data: { folder: file },
  });
});

test('sweeping deletes what nobody needs and is old enough, and touches no other file', async () => {
  const store = new BlobStore(temporaryFolder());
  const needed = await store.put(new Uint8Array([1]));
  const unneeded = await store.put(new Uint8Array([2]));
  const foreign = join(store.path(unneeded), '..', 'notes.txt');
  const leftover = `${store.path(unneeded)}.1.part`;
  for (const file of [foreign, leftover]) writeFileSync(file, 'x');
  const isNeeded = (blob: BlobId) => blob === needed;
  expect(await store.sweep(isNeeded, 60_000)).toBe(0);
  expect(await store.sweep(isNeeded, 60_000, Date.now() + 120_000)).toBe(2);
  expect(await Promise.all([store.has(needed), store.has(unneeded)])).toEqual([true, false]);
  expect(readFileSync(foreign, 'utf8')).toBe('x');
});
