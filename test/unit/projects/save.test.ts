import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import type { DocumentId, FileHandle, OpenedDocument } from '#common/contract/documents.ts';
import { patchOf } from '#common/document/patch.ts';
import { projectId } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import { acceptVersion, addVersion } from '#common/document/version-commands.ts';
import { decodeImage } from '#node/images/decode.ts';
import { readRecipe } from '#node/images/read-recipe.ts';
import { Documents } from '#node/projects/documents.ts';
import { openStores } from '#node/projects/stores.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const exif = { IFD0: { Artist: 'Ada' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } };

async function setUp() {
  const folder = temporaryFolder();
  const stores = openStores(join(folder, 'data'));
  const documents = new Documents({ ...stores, version: '1.2.3' });
  onTestFinished(() => documents[Symbol.asyncDispose]());
  const photos = join(folder, 'photos');
  mkdirSync(photos);
  const photo = join(photos, 'photo.jpg');
  const picture = sharp({ create: { width: 300, height: 260, channels: 3, background: '#c86432' } });
  writeFileSync(photo, await picture.withExif(exif).jpeg().toBuffer());
  const grant = (path: string): FileHandle => {
    const handle = randomUUID() as FileHandle;
    stores.files.grant(handle, path);
    return handle;
  };
  return { ...stores, documents, photos, photo, grant, data: join(folder, 'data') };
}

/** A gesture, written down as the page does. */
async function edit(
  documents: Documents,
  { document, records }: OpenedDocument,
  name = 'edited',
): Promise<OpenedDocument['records']> {
  const store = new DocumentStore(records);
  let patch = patchOf({ added: {}, updated: {}, removed: {} });
  store.onChange(({ diff }) => (patch = patchOf(diff)));
  store.update(projectId, { name });
  await documents.append(document, patch);
  return store.all();
}

const own = { own: true, mayReplace: false } as const;
const to = (handle: FileHandle, mayReplace = false) => ({ handle, mayReplace });

test('a project is saved where the person said, then to its own file, and opens from there', async () => {
  const { documents, photos, photo, grant, journals } = await setUp();
  const opened = await documents.open({ handle: grant(photo) });
  expect(opened.hasFile).toBe(false);
  await expect(documents.save(opened.document, opened.records, own)).rejects.toMatchObject({ code: 'invalid-call' });
  const path = join(photos, 'work.ora');
  const records = await edit(documents, opened);
  const saved = await documents.save(opened.document, records, to(grant(path)));
  expect(saved).toEqual({ name: 'work.ora', blob: null, notices: [] });
  expect(await journals.read(opened.document)).toMatchObject({
    hasUnsaved: false,
    files: { project: { path }, inputs: [photo] },
  });

  const again = await edit(documents, { ...opened, records }, 'again');
  await documents.save(opened.document, again, own);
  expect(readdirSync(photos)).toEqual(['photo.jpg', 'work.ora']); // nothing half-written is left
  const reopened = await documents.open({ handle: grant(path) });
  expect(reopened).toMatchObject({ hasFile: true, hasUnsaved: false, notices: [] });
  expect(new DocumentStore(reopened.records).require(projectId).name).toBe('again');
});

test('a change that came while the file was written is still unsaved', async () => {
  const { documents, photos, photo, grant, journals } = await setUp();
  const opened = await documents.open({ handle: grant(photo) });
  const records = await edit(documents, opened);
  const saving = documents.save(opened.document, records, to(grant(join(photos, 'work.ora'))));
  await edit(documents, { ...opened, records }, 'meanwhile');
  await saving;
  expect(await journals.read(opened.document)).toMatchObject({ hasUnsaved: true });
});

test('an input, and a project another program changed, are replaced only when the person says so', async () => {
  const { documents, photos, photo, grant } = await setUp();
  const opened = await documents.open({ handle: grant(photo) });
  const before = readFileSync(photo);
  const jpeg = { format: 'jpeg', quality: 90, keepsMetadata: true, keepsPlace: true, hasRecipe: true } as const;
  const overInput = documents.export(opened.document, opened.records, jpeg, to(grant(photo)));
  await expect(overInput).rejects.toMatchObject({ code: 'output-is-input', data: { path: 'photo.jpg' } });
  expect(readFileSync(photo).equals(before)).toBe(true);
  await documents.export(opened.document, opened.records, jpeg, to(grant(photo), true));
  expect(readFileSync(photo).equals(before)).toBe(false);

  const path = join(photos, 'work.ora');
  await documents.save(opened.document, opened.records, to(grant(path)));
  writeFileSync(path, 'somebody else');
  await expect(documents.save(opened.document, opened.records, own)).rejects.toMatchObject({ code: 'file-changed' });
  const sameFile = documents.save(opened.document, opened.records, to(grant(path)));
  await expect(sameFile).rejects.toMatchObject({ code: 'file-changed', data: { path: 'work.ora' } });
  expect(readFileSync(path, 'utf8')).toBe('somebody else');
  await documents.save(opened.document, opened.records, { ...own, mayReplace: true });
  expect(readFileSync(path).subarray(0, 2).toString()).toBe('PK');
});

test('a page without files gets a blob, and opens it again', async () => {
  const { documents, blobs, photo } = await setUp();
  const source = { blob: await blobs.put(readFileSync(photo)), name: 'photo.jpg' };
  const opened = await documents.open(source);
  const { name, blob } = await documents.save(opened.document, opened.records, { name: 'work.ora' });
  const reopened = await documents.open({ blob: blob!, name });
  expect(reopened.hasFile).toBe(false);
  expect(new DocumentStore(reopened.records).require(projectId).source).toEqual(source);
});

test('what is opened and saved is listed, the latest first, and opens from the list', async () => {
  const { documents, blobs, photos, photo, grant } = await setUp();
  const opened = await documents.open({ handle: grant(photo) });
  await documents.save(opened.document, opened.records, to(grant(join(photos, 'work.ora'))));
  await documents.open({ blob: await blobs.put(readFileSync(photo)), name: 'copy.jpg' });
  const [copy, project, file] = await documents.recent();
  expect([copy, project, file]).toMatchObject([
    { name: 'copy.jpg', isProject: false, folder: null },
    { name: 'work.ora', isProject: true, folder: 'photos' },
    { name: 'photo.jpg', isProject: false, folder: 'photos' },
  ]);
  expect(await documents.open(project!.source)).toMatchObject({ name: 'work.ora', hasFile: true });
  await documents.forgetRecent(null);
  expect(await documents.recent()).toEqual([]);
});

test('a page can name no file that was not chosen', async () => {
  const { documents } = await setUp();
  const handle = randomUUID() as FileHandle;
  await expect(documents.open({ handle })).rejects.toMatchObject({ code: 'invalid-call' });
});

test('a full disk or a missing folder leaves the file that was there', async () => {
  const { documents, photos, photo, grant } = await setUp();
  const opened = await documents.open({ handle: grant(photo) });
  const missing = documents.save(opened.document, opened.records, to(grant(join(photos, 'gone', 'work.ora'))));
  await expect(missing).rejects.toMatchObject({ code: 'output-folder-missing' });
  mkdirSync(join(photos, 'folder.ora'));
  const overFolder = documents.save(opened.document, opened.records, to(grant(join(photos, 'folder.ora'))));
  await expect(overFolder).rejects.toMatchObject({ code: 'output-not-writable' });
  expect(readdirSync(photos)).toEqual(['folder.ora', 'photo.jpg']);
});

test('what cannot be written down is saved all the same, also where nothing can be kept to be quick', async () => {
  const { documents, photos, photo, grant, data } = await setUp();
  const opened = await documents.open({ handle: grant(photo) });
  for (const name of ['journals', 'layer-pictures']) {
    rmSync(join(data, name), { recursive: true, force: true });
    writeFileSync(join(data, name), 'in the way');
  }
  await expect(documents.attach(opened.document, opened.records)).rejects.toMatchObject({
    code: 'data-not-writable',
  });
  const written = await documents.save(opened.document, opened.records, to(grant(join(photos, 'work.ora'))));
  expect(written.name).toBe('work.ora');
  await documents.save(opened.document, opened.records, { own: true, mayReplace: false });
  rmSync(join(data, 'journals'));
  expect(await documents.attach(opened.document, opened.records)).toBe(opened.document);
});

const all = { quality: 90, keepsMetadata: true, keepsPlace: true, hasRecipe: true };

test.each(['png', 'jpeg', 'webp', 'avif', 'tiff'] as const)(
  'what is seen is exported as %s, with metadata and recipe where wanted',
  async (format) => {
    const { documents, photos, photo, grant } = await setUp();
    const opened = await documents.open({ handle: grant(photo) });
    const store = new DocumentStore(opened.records);
    const { image, ...fields } = store.require(store.require(projectId).layerOrder[0]!);
    const made = {
      recipe: { version: 1, task: 'edit', instruction: 'make it red' },
      ids: [],
      seed: 5,
      model: 'mini',
      title: 'x',
      createdAt: 1,
    };
    const version = addVersion(store, { ...made, picture: { image: store.require(image), offset: fields.offset } });
    acceptVersion(store, version, 'Red');
    const path = join(photos, `out.${format}`);
    await documents.export(opened.document, store.all(), { ...all, format }, to(grant(path)));
    const { raster, metadata } = await decodeImage(path);
    expect([raster.width, raster.height, raster.channels]).toEqual([300, 260, 3]);
    expect(Buffer.from(metadata.exif!).includes('Ada')).toBe(true);
    expect(await readRecipe(path)).toMatchObject({ recipe: made.recipe, parameters: { prompt: 'make it red' } });

    const { making } = await documents.open({ handle: grant(path) });
    expect(making).toMatchObject({ recipe: made.recipe, prompt: 'make it red', fields: { Seed: '5', Model: 'mini' } });

    const bare = join(photos, `bare.${format}`);
    const nothing = { ...all, keepsMetadata: false, hasRecipe: false, format };
    await documents.export(opened.document, store.all(), nothing, to(grant(bare)));
    expect(readFileSync(bare).includes('Ada')).toBe(false);
    expect(await readRecipe(bare)).toEqual({});
  },
);

test('an exported OpenRaster file has the layers and nothing of our own', async () => {
  const { documents, blobs, photo, grant } = await setUp();
  const opened = await documents.open({ handle: grant(photo) });
  const { blob } = await documents.export(
    opened.document,
    opened.records,
    { ...all, format: 'ora' },
    { name: 'out.ora' },
  );
  const { notices } = await documents.open({ blob: blob!, name: 'out.ora' });
  expect(notices[0]).toContain('The file has no history');
  expect(Buffer.from(await blobs.get(blob!)).includes('editar/')).toBe(false);
});

test('saving leaves a document that is not open alone', async () => {
  const { documents, photo, grant } = await setUp();
  const { records } = await documents.open({ handle: grant(photo) });
  const other = randomUUID() as DocumentId;
  await expect(documents.save(other, records, { name: 'a.ora' })).rejects.toMatchObject({ code: 'document-gone' });
  expect(existsSync(photo)).toBe(true);
});

test('what was opened or saved is listed with a small picture: of a photo upright, of a project what is seen', async () => {
  const { documents, blobs, photos, photo, grant } = await setUp();
  const opened = await documents.open({ handle: grant(photo) });
  await documents.save(opened.document, opened.records, to(grant(join(photos, 'work.ora'))));
  const thumbnails = async () => (await documents.recent()).map(({ name, thumbnail }) => [name, thumbnail] as const);
  await expect.poll(async () => (await thumbnails()).every(([, thumbnail]) => thumbnail !== null)).toBe(true);
  for (const [name, thumbnail] of await thumbnails()) {
    const { width, height, format } = await sharp(await blobs.get(thumbnail!)).metadata();
    expect([name, format, width, height]).toEqual(
      name === 'work.ora' ? [name, 'png', 256, 222] : [name, 'webp', 300, 260],
    );
  }
});
