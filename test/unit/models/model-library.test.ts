import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ModelLibrary } from '#node/models/model-library.ts';
import { writeFakePack } from '../../helpers/fake-pack.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

async function libraryWith(packs: { readonly embedded?: readonly string[]; readonly user?: readonly string[] }) {
  const root = temporaryFolder();
  const folders = { embedded: join(root, 'embedded'), user: join(root, 'user') };
  for (const kind of ['embedded', 'user'] as const) {
    for (const id of packs[kind] ?? []) await writeFakePack(join(folders[kind], id), id);
  }
  return { root, folders, library: new ModelLibrary(folders) };
}

test('lists embedded packs first, with size and licence', async () => {
  const { library } = await libraryWith({ embedded: ['mini'], user: ['xl', 'large'] });
  const listed = await library.list();
  expect(listed.map(({ id, isEmbedded, bytes }) => [id, isEmbedded, bytes])).toEqual([
    ['mini', true, 7],
    ['large', false, 7],
    ['xl', false, 7],
  ]);
  expect(listed[0].pack).toMatchObject({ licence: { spdx: 'MIT' }, precision: 'fp32' });
});

test('lists nothing where no folder exists yet', async () => {
  const { library } = await libraryWith({});
  expect(await library.list()).toEqual([]);
});

test('lists a damaged pack with what is wrong, and leaves unfinished ones out', async () => {
  const { folders, library } = await libraryWith({ user: ['xl', '.incoming-1'] });
  await writeFile(join(folders.user, 'xl', 'weights.data'), 'cut');
  const [only, ...others] = await library.list();
  expect(others).toEqual([]);
  expect(only).toMatchObject({ id: 'xl', problem: expect.stringContaining('weights.data has 3 bytes instead of 7') });
});

test('finds the embedded model when none is named', async () => {
  const { folders, library } = await libraryWith({ embedded: ['mini'] });
  expect((await library.find()).folder).toBe(join(folders.embedded, 'mini'));
});

test('finds a pack by the folder it lies in', async () => {
  const { root, library } = await libraryWith({});
  await writeFakePack(join(root, 'elsewhere'), 'other');
  expect((await library.find(join(root, 'elsewhere'))).pack.id).toBe('other');
});

test('names what is installed when a model is not there', async () => {
  const { library } = await libraryWith({ user: ['xl'] });
  await expect(library.find()).rejects.toMatchObject({
    code: 'model-missing',
    data: { model: 'mini', installed: ['xl'] },
  });
});

test('refuses a folder that holds no pack', async () => {
  const { root, library } = await libraryWith({});
  await expect(library.find(root)).rejects.toMatchObject({ code: 'pack-invalid' });
});

test('tells a file that does not match its hash', async () => {
  const { folders, library } = await libraryWith({ user: ['xl'] });
  await library.verify('xl');
  await writeFile(join(folders.user, 'xl', 'weights.data'), 'WEIGHTS');
  await expect(library.verify('xl')).rejects.toMatchObject({
    code: 'pack-invalid',
    message: expect.stringContaining('weights.data') as string,
  });
});

test('copies a pack in, and only what it lists', async () => {
  const { root, folders, library } = await libraryWith({});
  const source = join(root, 'source');
  await writeFakePack(source, 'xl');
  await writeFile(join(source, 'notes.txt'), 'private');
  await library.add(source);
  expect((await readdir(folders.user)).sort()).toEqual(['xl']);
  expect((await readdir(join(folders.user, 'xl'))).sort()).toEqual(['pack.json', 'weights.data']);
  await library.verify('xl');
});

test('leaves nothing behind when a pack to be added does not match its hash', async () => {
  const { root, folders, library } = await libraryWith({});
  const source = join(root, 'source');
  await writeFakePack(source, 'xl');
  await writeFile(join(source, 'weights.data'), 'WEIGHTS');
  await expect(library.add(source)).rejects.toMatchObject({ code: 'pack-invalid' });
  expect(await readdir(folders.user)).toEqual([]);
});

test('leaves nothing behind when adding is cancelled', async () => {
  const { root, folders, library } = await libraryWith({});
  await writeFakePack(join(root, 'source'), 'xl');
  await expect(library.add(join(root, 'source'), { signal: AbortSignal.abort() })).rejects.toThrow();
  expect(await readdir(folders.user)).toEqual([]);
});

test('does not replace an installed model', async () => {
  const { folders, library } = await libraryWith({ embedded: ['mini'], user: ['xl'] });
  await expect(library.add(join(folders.embedded, 'mini'))).rejects.toMatchObject({ code: 'model-exists' });
});

test('removes a model of the user', async () => {
  const { folders, library } = await libraryWith({ user: ['xl'] });
  await library.remove('xl');
  expect(existsSync(join(folders.user, 'xl'))).toBe(false);
  expect(await readdir(folders.user)).toEqual([]);
});

test('does not remove an embedded model, nor one that is not installed', async () => {
  const { library } = await libraryWith({ embedded: ['mini'] });
  await expect(library.remove('mini')).rejects.toMatchObject({ code: 'model-embedded' });
  await expect(library.remove('xl')).rejects.toMatchObject({ code: 'model-missing' });
});

test('a pack is looked at before it is added, and its accepted licence is noted in it', async () => {
  const { root, folders, library } = await libraryWith({});
  const source = join(root, 'elsewhere');
  await writeFakePack(source, 'other');
  const seen = await library.look(source);
  expect(seen).toMatchObject({ id: 'other', bytes: 7, needed: 7, licence: { spdx: 'MIT' } });
  expect(seen.free).toBeGreaterThan(0);
  expect(existsSync(folders.user)).toBe(false);
  await library.add(source, { hasAccepted: true });
  const [added] = await library.list();
  expect(added!.pack!.licence).toEqual({ spdx: 'MIT', accepted: true });
  await expect(library.verify('other')).resolves.toBeDefined();
  await expect(library.look(source)).rejects.toMatchObject({ code: 'model-exists' });
});
