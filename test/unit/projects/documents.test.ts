import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import type { BlobId } from '#common/contract/blobs.ts';
import { patchOf } from '#common/document/patch.ts';
import { projectId } from '#common/document/records.ts';
import type { Image } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import { loadTile } from '#node/images/picture-tiles.ts';
import { Documents } from '#node/projects/documents.ts';
import { openStores, sweepBlobs } from '#node/projects/stores.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { hasRights, withoutRights } from '../../helpers/without-rights.ts';

function setUp(folder = temporaryFolder()) {
  const stores = openStores(folder);
  const documents = new Documents({ ...stores, version: '0' });
  onTestFinished(() => documents[Symbol.asyncDispose]());
  const another = () => new Documents({ ...stores, version: '0' });
  return { ...stores, documents, another, folder };
}

const photo = (width = 300, height = 260) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 100, b: 50 } } })
    .png()
    .toBuffer();

const imageIn = (records: readonly { type: string }[]): Image => records.find(({ type }) => type === 'image') as Image;

test('a photo is opened as one layer of tiles, with the file itself beside it', async () => {
  const { documents, blobs } = setUp();
  const bytes = await photo();
  const blob = await blobs.put(bytes);
  const { records, notices, hasFile, hasUnsaved } = await documents.open({ blob, name: 'photo.png' });
  expect([notices, hasFile, hasUnsaved]).toEqual([[], false, false]);
  const store = new DocumentStore(records);
  expect(store.require(projectId)).toMatchObject({ name: 'photo.png', depth: 8, source: { blob, name: 'photo.png' } });
  const { tiles } = imageIn(records);
  expect(tiles).toHaveLength(4);
  const last = await loadTile(tiles[3]!, blobs);
  expect(last).toMatchObject({ width: 44, height: 4, channels: 4, depth: 8 });
  expect([...last.data.subarray(0, 8)]).toEqual([200, 100, 50, 255, 200, 100, 50, 255]);
});

test('16 bits and the profile are kept', async () => {
  const { documents, blobs } = setUp();
  const samples = Uint16Array.from({ length: 20 * 10 * 3 }, (_, i) => i * 100);
  const raw = { width: 20, height: 10, channels: 3 } as const;
  const deep = sharp(samples, { raw }).toColourspace('rgb16').withIccProfile('p3').png();
  const { records } = await documents.open({ blob: await blobs.put(await deep.toBuffer()), name: 'deep.png' });
  const { profile, depth } = new DocumentStore(records).require(projectId);
  expect(depth).toBe(16);
  expect((await blobs.get(profile!)).length).toBeGreaterThan(100);
  expect((await loadTile(imageIn(records).tiles[0]!, blobs)).data).toBeInstanceOf(Uint16Array);
});

test('what is no picture is refused by its name', async () => {
  const { documents, blobs } = setUp();
  const opened = documents.open({ blob: await blobs.put(new Uint8Array([1, 2, 3])), name: 'notes.png' });
  await expect(opened).rejects.toMatchObject({ code: 'image-unreadable', data: { path: 'notes.png' } });
  const added = documents.tiles(await blobs.put(new Uint8Array()), { depth: 8, profile: null, name: 'empty.png' });
  await expect(added).rejects.toMatchObject({ code: 'image-unreadable', data: { path: 'empty.png' } });
});

test('of a result, only tiles that differ from the picture below are kept', async () => {
  const { documents, blobs } = setUp();
  const under = await blobs.put(await photo());
  const { records } = await documents.open({ blob: under, name: 'photo.png' });
  const { tiles } = imageIn(records);
  const dot = {
    input: { create: { width: 5, height: 5, channels: 3, background: '#00f' } },
    left: 270,
    top: 3,
  } as const;
  const result = await blobs.put(
    await sharp(await photo())
      .composite([dot])
      .png()
      .toBuffer(),
  );
  const read = await documents.tiles(result, { depth: 8, profile: null, without: tiles });
  expect(read.tiles.map((tile) => tile !== null)).toEqual([false, true, false, false]);
  const whole = await documents.tiles(under, { depth: 8, profile: null });
  expect(whole.tiles).toEqual(tiles); // the same pixels are the same blobs
});

test('a change of pixels that are not there is refused, and so is every change after it', async () => {
  const { documents, blobs, journals } = setUp();
  const { document, records } = await documents.open({ blob: await blobs.put(await photo()), name: 'photo.png' });
  const image = imageIn(records);
  const missing = 'a'.repeat(64) as BlobId;
  const to = { ...image, tiles: image.tiles.with(0, missing) };
  const patch = patchOf({ added: {}, updated: { [image.id]: [image, to] }, removed: {} });
  const empty = { put: [], set: [], tiles: [], remove: [] };
  const [first, second] = [documents.append(document, patch), documents.append(document, empty)];
  await expect(first).rejects.toMatchObject({ code: 'blob-missing', data: { id: missing } });
  await expect(second).rejects.toMatchObject({ code: 'journal-broken' });
  expect(await documents.attach(document, records)).toBe(document);
  await documents.append(document, empty);
  expect(await journals.read(document)).toMatchObject({ changes: 1, isCut: false });
});

test('a document somebody has open is neither offered nor taken', async () => {
  const { documents, another, blobs } = setUp();
  const { document, records } = await documents.open({ blob: await blobs.put(await photo()), name: 'photo.png' });
  await documents.append(document, { put: [], set: [], tiles: [], remove: [] });
  const other = another();
  expect(await other.recoverable()).toEqual([]);
  await expect(other.recover(document)).rejects.toMatchObject({ code: 'document-in-use' });
  await expect(other.discard(document)).rejects.toMatchObject({ code: 'document-in-use' });
  const copy = await other.attach(document, records); // two pages that both believe it is theirs
  expect(copy).not.toBe(document);
  await other[Symbol.asyncDispose]();
  expect(await documents.recoverable()).toMatchObject([{ document: copy }]);
});

test('a page that goes leaves what is unsaved; one that closes its document leaves nothing', async () => {
  const { documents, another, blobs, journals } = setUp();
  const open = async () => documents.open({ blob: await blobs.put(await photo()), name: 'photo.png' });
  const [kept, untouched, closed] = [await open(), await open(), await open()];
  await documents.append(kept.document, { put: [], set: [], tiles: [], remove: [] });
  await documents.close(closed.document);
  await documents[Symbol.asyncDispose]();
  const later = another();
  expect(await later.recoverable()).toMatchObject([{ document: kept.document, name: 'photo.png', changes: 1 }]);
  expect(await journals.read(untouched.document)).toBeUndefined();
  await later.discard(kept.document);
  expect(await later.recoverable()).toEqual([]);
  await expect(later.recover(kept.document)).rejects.toMatchObject({ code: 'document-gone' });
});

test.skipIf(!hasRights)(
  'where nothing can be written, what a crash left is listed all the same, and opening says why it fails',
  async () => {
    const { documents, another, blobs, folder } = setUp();
    const open = async () => documents.open({ blob: await blobs.put(await photo()), name: 'photo.png' });
    const [kept] = [await open(), await open()];
    await documents.append(kept.document, { put: [], set: [], tiles: [], remove: [] });
    await documents[Symbol.asyncDispose]();
    const blob = await blobs.put(await photo());
    const journals = join(folder, 'journals');
    chmodSync(folder, 0o755);
    chmodSync(journals, 0o555);
    onTestFinished(() => chmodSync(journals, 0o755));
    await withoutRights(async () => {
      const later = another();
      expect(await later.recoverable()).toMatchObject([{ document: kept.document }]);
      const failure = { code: 'data-not-writable', data: { folder: journals } };
      await expect(later.open({ blob, name: 'photo.png' })).rejects.toMatchObject(failure);
    });
  },
);

test('a sweep spares every blob a journal names, old ones of a stroke too', async () => {
  const { documents, blobs, journals, recent } = setUp();
  const { document, records } = await documents.open({ blob: await blobs.put(await photo()), name: 'photo.png' });
  const image = imageIn(records);
  const painted = await blobs.put(new Uint8Array([1]));
  const to = { ...image, tiles: image.tiles.with(0, painted) };
  await documents.append(document, patchOf({ added: {}, updated: { [image.id]: [image, to] }, removed: {} }));
  const unused = await blobs.put(new Uint8Array([2]));
  const named = [painted, ...new Set(image.tiles.filter((tile) => tile !== null))];
  for (const id of [...named, unused]) utimesSync(blobs.path(id), 0, 0);
  expect(await sweepBlobs({ blobs, journals, recent }, 1000)).toBe(1);
  expect(await Promise.all([...named, unused].map((id) => blobs.has(id)))).toEqual([...named.map(() => true), false]);
});

test('a document belongs to the process that noted its number, while it runs and since the machine was started', async () => {
  const { folder, journals, blobs, documents, another } = setUp();
  const { document, records } = await documents.open({ blob: await blobs.put(await photo()), name: 'photo.png' });
  await documents.append(document, patchOf({ added: {}, updated: {}, removed: {} }));
  await documents[Symbol.asyncDispose]();
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  onTestFinished(() => void other.kill('SIGKILL'));
  const note = join(folder, 'journals', `${document}.owner`);
  writeFileSync(note, String(other.pid));
  expect(await journals.isInUse(document)).toBe(true);
  await expect(another().attach(document, records)).resolves.not.toBe(document);
  utimesSync(note, 1, 1); // the number was that of another process, before
  expect(await journals.isInUse(document)).toBe(false);
  writeFileSync(note, String(other.pid));
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(await journals.recoverable()).toMatchObject([{ document }]);
});
