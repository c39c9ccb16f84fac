import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GrantedFolders } from '#node/batch/granted-folders.ts';
import { GrantedFiles } from '#node/projects/granted-files.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

function tree() {
  const folder = temporaryFolder();
  const root = join(folder, 'photos');
  for (const path of ['photos/2024', 'photos/10', 'photos/9', 'photos/.hidden', 'private'])
    mkdirSync(join(folder, path), { recursive: true });
  for (const name of ['a.jpg', 'b.PNG', 'notes.txt', '.c.jpg']) writeFileSync(join(root, name), '');
  symlinkSync(join(folder, 'private'), join(root, 'way out'));
  symlinkSync(join(root, 'a.jpg'), join(root, 'link.jpg')); // a batch takes it too
  const folders = new GrantedFolders(new GrantedFiles(), [root]);
  return { folder, root, folders, handle: folders.roots()[0].handle };
}

test('a page looks into the folders it was given, and no further up', async () => {
  const { root, folders, handle } = tree();
  const content = await folders.list(handle);
  expect(content).toMatchObject({ folder: { handle, name: 'photos', place: root }, parent: null, pictures: 3 });
  expect(content.folders.map(({ name }) => name)).toEqual(['9', '10', '2024']);
  const below = await folders.list(content.folders[2].handle);
  expect(below).toMatchObject({ parent: { handle }, folders: [], pictures: 0 });
});

test('a folder keeps its handle, and a handle that nobody gave is refused', async () => {
  const { folders, handle } = tree();
  expect((await folders.inside(handle, '2024')).handle).toBe((await folders.list(handle)).folders[2].handle);
  await expect(folders.list('6f2a4b1e-0000-4000-8000-000000000000' as never)).rejects.toMatchObject({
    code: 'invalid-call',
  });
});

test('a name leads into a folder and never out of it', async () => {
  const { root, folders, handle } = tree();
  expect(await folders.inside(handle, 'edited')).toMatchObject({ place: join(root, 'edited') });
  for (const name of ['..', '../private', '.hidden', 'a/b', 'C:\\x', '']) {
    await expect(folders.inside(handle, name)).rejects.toMatchObject({ code: 'name-invalid' });
  }
  await expect(folders.inside(handle, 'way out')).rejects.toMatchObject({ code: 'folder-unreadable' });
});

test('a folder that is gone is told by its reason', async () => {
  const { folders, handle } = tree();
  const { handle: missing } = await folders.inside(handle, 'later');
  await expect(folders.list(missing)).rejects.toMatchObject({
    code: 'folder-unreadable',
    data: { reason: 'it does not exist' },
  });
});
