import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BlobId } from '#common/contract/blobs.ts';
import type { FileHandle } from '#common/contract/documents.ts';
import { GrantedFiles } from '#node/projects/granted-files.ts';
import { RecentFiles } from '#node/projects/recent-files.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

function setUp() {
  const folder = temporaryFolder();
  const files = new GrantedFiles();
  const path = join(folder, 'recent.json');
  const file = (name: string) => {
    writeFileSync(join(folder, name), name);
    return { name, isProject: name.endsWith('.ora'), file: { path: join(folder, name) } };
  };
  return { folder, files, path, file, recent: new RecentFiles(path, files) };
}

const copy = (name: string, digit: string) => ({
  name,
  isProject: false,
  file: { blob: digit.repeat(64) as BlobId },
});

test('what was used last comes first, each file once, and is there after a restart', async () => {
  const { recent, files, path, file, folder } = setUp();
  for (const name of ['a.png', 'b.ora', 'a.png']) await recent.note(file(name));
  const again = new RecentFiles(path, files);
  const listed = await again.list();
  expect(listed.map(({ name, isProject, isMissing }) => [name, isProject, isMissing])).toEqual([
    ['a.png', false, false],
    ['b.ora', true, false],
  ]);
  const { handle } = listed[1]!.source as { handle: FileHandle };
  expect(files.path(handle)).toBe(join(folder, 'b.ora'));
});

test('a file that is gone is listed as missing until it is forgotten', async () => {
  const { recent, file, folder } = setUp();
  await recent.note(file('a.png'));
  await recent.note(file('b.png'));
  rmSync(join(folder, 'b.png'));
  const [missing] = await recent.list();
  expect(missing).toMatchObject({ name: 'b.png', isMissing: true });
  await recent.forget(missing!.id);
  expect((await recent.list()).map(({ name }) => name)).toEqual(['a.png']);
  await recent.forget(null);
  expect(await recent.list()).toEqual([]);
});

test('copies are listed by name, the newer one only, and few of them are kept', async () => {
  const { recent } = setUp();
  await recent.note(copy('a.png', '1'));
  await recent.note(copy('a.png', '2'));
  expect(await recent.blobs()).toEqual(['2'.repeat(64)]);
  expect(await recent.list()).toMatchObject([{ folder: null, source: { blob: '2'.repeat(64), name: 'a.png' } }]);
  for (let i = 0; i < 30; i++) await recent.note(copy(`${i}.png`, 'a'));
  expect(await recent.blobs()).toHaveLength(8);
});

test('a file has its small picture until a newer one comes, and its blob is kept as long as it is listed', async () => {
  const { recent, file } = setUp();
  const [older, newer] = ['3', '4'].map((digit) => digit.repeat(64) as BlobId);
  await recent.picture(await recent.note(file('a.png')), older!);
  const again = await recent.note(file('a.png'));
  expect(await recent.list()).toMatchObject([{ name: 'a.png', thumbnail: older }]);
  await recent.picture(again, newer!);
  expect([await recent.list(), await recent.blobs()]).toMatchObject([[{ thumbnail: newer }], [newer]]);
  await recent.forget(again);
  await recent.picture(again, older!); // it came too late
  expect([await recent.list(), await recent.blobs()]).toEqual([[], []]);
});

test('notes that come together are all kept, and a damaged list is as good as none', async () => {
  const { recent, path, file } = setUp();
  await Promise.all(['a.png', 'b.png', 'c.png'].map((name) => recent.note(file(name))));
  expect((await recent.list()).map(({ name }) => name)).toEqual(['c.png', 'b.png', 'a.png']);
  writeFileSync(path, '[{');
  expect(await recent.list()).toEqual([]);
  await recent.note(file('d.png'));
  expect(await recent.list()).toHaveLength(1);
});
