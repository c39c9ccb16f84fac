import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ExportOptions, FileHandle } from '#common/contract/documents.ts';
import { listPictures } from '#node/batch/listing.ts';
import { fileHash } from '#node/batch/work-key.ts';
import { Documents } from '#node/projects/documents.ts';
import { openStores } from '#node/projects/stores.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { hasRights, withoutRights } from '../../helpers/without-rights.ts';

const asPng = { quality: 92, keepsMetadata: true, keepsPlace: true, hasRecipe: true, format: 'png' } as const;

async function setUp() {
  const folder = temporaryFolder();
  const stores = openStores(join(folder, 'data'));
  const documents = new Documents({ ...stores, version: '1.2.3' });
  onTestFinished(() => documents[Symbol.asyncDispose]());
  const photos = join(folder, 'photos');
  mkdirSync(photos);
  chmodSync(folder, 0o755); // or whatever lies there would be out of others' reach
  const png = await sharp({ create: { width: 30, height: 20, channels: 3, background: '#c86432' } })
    .png()
    .toBuffer();
  const grant = (path: string): FileHandle => {
    const handle = randomUUID() as FileHandle;
    stores.files.grant(handle, path);
    return handle;
  };
  const open = (path: string) => documents.open({ handle: grant(path) });
  const put = (name: string): string => {
    writeFileSync(join(photos, name), png);
    return join(photos, name);
  };
  return { documents, photos, grant, open, put };
}

const unusual = [
  '🌲 forêt e\u0301.png', // letters that are composed of two, and ones outside the basic plane
  ' leading and trailing .png ',
  `${'🌲'.repeat(62)}.png`, // 252 bytes
  'line\nbreak.png',
  '-rf.png',
];

test.each(unusual)('%j is opened, saved, opened again and exported under such a name', async (name) => {
  const { documents, photos, grant, open, put } = await setUp();
  const opened = await open(put(name));
  expect(opened.name).toBe(name);
  const to = (path: string) => ({ handle: grant(path), mayReplace: false });
  const project = join(photos, name.replace('.png', '.ora'));
  expect(await documents.save(opened.document, opened.records, to(project))).toMatchObject({
    name: name.replace('.png', '.ora'),
  });
  expect((await open(project)).records).toEqual(opened.records);
  const exported = join(photos, name.replace('.png', '.jpg'));
  await documents.export(opened.document, opened.records, { ...asPng, format: 'jpeg' }, to(exported));
  expect(readdirSync(photos)).toHaveLength(3);
});

test('so is a picture whose path has more than 260 characters', async () => {
  const { documents, photos, grant, open } = await setUp();
  const deep = join(photos, ...Array.from({ length: 8 }, (_, level) => `${level}${'x'.repeat(60)}`));
  mkdirSync(deep, { recursive: true });
  const path = join(deep, 'photo.png');
  writeFileSync(
    path,
    await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  );
  const { document, records } = await open(path);
  const target = { handle: grant(join(deep, 'work.ora')), mayReplace: false };
  await documents.save(document, records, target);
  expect(readdirSync(deep)).toEqual(['photo.png', 'work.ora']);
});

describe.skipIf(!hasRights)('what cannot be read or written', () => {
  test('a pipe, a folder and a circle of links that are called like pictures or projects say what they are, and nobody waits for them', async () => {
    const { photos, open } = await setUp();
    for (const ending of ['png', 'ora']) {
      execFileSync('mkfifo', [join(photos, `pipe.${ending}`)]);
      mkdirSync(join(photos, `folder.${ending}`));
      symlinkSync(`circle.${ending}`, join(photos, `circle.${ending}`));
    }
    for (const [ending, code] of [
      ['png', 'image-unreadable'],
      ['ora', 'project-unreadable'],
    ]) {
      for (const [name, reason] of [
        ['pipe', 'it is not a regular file'],
        ['folder', 'it is a folder'],
        ['circle', 'its link leads nowhere'],
        ['gone', 'there is no such file'],
      ]) {
        const path = `${name}.${ending}`;
        await expect(open(join(photos, path))).rejects.toMatchObject({ code, data: { path, reason } });
      }
    }
    const { files } = await listPictures(photos, { recursive: true });
    expect(files).toEqual(['circle.png', 'pipe.png']); // each a line of the report
    await expect(fileHash(join(photos, 'pipe.png'))).rejects.toMatchObject({ code: 'image-unreadable' });
  });

  test('a picture, a project and a folder whose rights forbid it say so', async () => {
    const { photos, open, put } = await setUp();
    for (const name of ['secret.png', 'secret.ora']) chmodSync(put(name), 0o000);
    mkdirSync(join(photos, 'locked'), { mode: 0o000 });
    await withoutRights(async () => {
      const reason = 'reading it is not allowed';
      for (const [path, code] of [
        ['secret.png', 'image-unreadable'],
        ['secret.ora', 'project-unreadable'],
      ]) {
        await expect(open(join(photos, path!))).rejects.toMatchObject({ code, data: { path, reason } });
      }
      const { unread } = await listPictures(photos, { recursive: true });
      expect(unread).toEqual([{ folder: 'locked', reason }]);
      const locked = listPictures(join(photos, 'locked'), { recursive: true });
      await expect(locked).rejects.toMatchObject({ code: 'folder-unreadable', data: { reason } });
    });
    chmodSync(join(photos, 'locked'), 0o755);
  });

  test('a project that was write-protected stays as it was, and what is open can be saved elsewhere', async () => {
    const { documents, photos, grant, open, put } = await setUp();
    const { document, records } = await open(put('photo.png'));
    const path = join(photos, 'work.ora');
    const save = (target: object) =>
      documents.save(document, records, target as { handle: FileHandle; mayReplace: boolean });
    await save({ handle: grant(path), mayReplace: false });
    const before = readFileSync(path);
    chmodSync(path, 0o444);
    const reason = 'because it is write-protected';
    await expect(save({ own: true, mayReplace: true })).rejects.toMatchObject({
      code: 'output-not-writable',
      data: { reason },
    });
    expect([readFileSync(path).equals(before), statSync(path).mode & 0o777]).toEqual([true, 0o444]);
    await save({ handle: grant(join(photos, 'other.ora')), mayReplace: false });
    const options: ExportOptions = asPng;
    const target = { handle: grant(join(photos, `${'x'.repeat(256)}.png`)), mayReplace: false };
    await expect(documents.export(document, records, options, target)).rejects.toMatchObject({
      code: 'output-not-writable',
      data: { reason: 'because its name is too long' },
    });
    expect(readdirSync(photos)).toEqual(['other.ora', 'photo.png', 'work.ora']);
  });

  test('a project opened through a link is saved where the link leads', async () => {
    const { documents, photos, grant, open, put } = await setUp();
    const { document, records } = await open(put('photo.png'));
    const real = join(photos, 'real.ora');
    await documents.save(document, records, { handle: grant(real), mayReplace: false });
    symlinkSync('real.ora', join(photos, 'link.ora'));
    const linked = await open(join(photos, 'link.ora'));
    const before = statSync(real).ino;
    await documents.save(linked.document, linked.records, { own: true, mayReplace: false });
    expect(statSync(real).ino).not.toBe(before); // of a file that lies beside the one before until it takes its place
    await documents.save(linked.document, linked.records, { own: true, mayReplace: false }); // not taken for a stranger's change
    expect(lstatSync(join(photos, 'link.ora')).isSymbolicLink()).toBe(true);
    expect(statSync(join(photos, 'link.ora')).ino).toBe(statSync(real).ino);
  });
});
