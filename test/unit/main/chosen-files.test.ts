import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { startApp } from '../../../electron/main/start-app.ts';
import { app, fake, ipcMain, resetFake } from '../../fakes/electron.ts';
import { pageReady, pretendToBeOn, settled, shell, startReady } from '../../helpers/started-app.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  resetFake(folder);
});

test('files from arguments, the system and a second start are opened in the one window', async () => {
  const [early, later] = [join(folder, 'early.png'), join(folder, 'later.ora')];
  pretendToBeOn('darwin'); // which keeps a list of what was opened last
  startApp();
  app.emit('open-file', { preventDefault: () => undefined }, early); // before there is a window
  app.becomeReady();
  await settled();
  pageReady();
  const opened: string[] = [];
  shell().dialogs.onOpened(({ name }) => opened.push(name));
  await expect.poll(() => opened).toEqual(['early.png']);
  app.emit('second-instance', {}, ['editar', '--switch', 'later.ora', 'notes.txt', '.'], folder);
  await expect.poll(() => opened).toEqual(['early.png', 'later.ora']);
  // As file managers of Linux name them.
  const spaced = join(folder, 'a photo #1.JPG');
  app.emit('second-instance', {}, ['editar', 'file:///a%2Fb.png', pathToFileURL(spaced).href], folder);
  await expect.poll(() => opened).toEqual(['early.png', 'later.ora', 'a photo #1.JPG']);
  const paths = [early, later, spaced];
  expect(fake.processes[0].messages).toMatchObject([{ type: 'connect' }, ...paths.map((path) => ({ path }))]);
  expect(fake.recent).toEqual(paths);
  expect(fake.windows).toHaveLength(1);
});

test('dialogs read and write what the person chose', async () => {
  await startReady();
  pageReady();
  const { dialogs } = shell();
  expect(await dialogs.openPicture()).toBeNull();
  expect(await dialogs.savePicture({ name: 'a.png', bytes: new Uint8Array([1]) })).toBe(false);
  fake.chosen.save = join(folder, 'a.png');
  expect(await dialogs.savePicture({ name: 'a.png', bytes: new Uint8Array([1, 2]) })).toBe(true);
  expect([...readFileSync(fake.chosen.save)]).toEqual([1, 2]);
  expect(readdirSync(folder)).toEqual(['a.png']);
  fake.chosen.open = [fake.chosen.save];
  expect(await dialogs.openPicture()).toEqual({ name: 'a.png', bytes: new Uint8Array([1, 2]) });
  fake.chosen.open = [join(folder, 'gone.png')];
  await expect(dialogs.openPicture()).rejects.toMatchObject({ code: 'image-unreadable', data: { path: 'gone.png' } });
  fake.chosen.save = join(folder, 'no', 'folder.png');
  await expect(dialogs.savePicture({ name: 'a.png', bytes: new Uint8Array([1]) })).rejects.toMatchObject({
    code: 'output-folder-missing',
  });
  fake.chosen.save = join(folder, `${'a'.repeat(251)}.png`);
  expect(await dialogs.savePicture({ name: 'a.png', bytes: new Uint8Array([1]) })).toBe(true); // as long as names may be
  fake.chosen.save = join(folder, `${'a'.repeat(252)}.png`);
  await expect(dialogs.savePicture({ name: 'a.png', bytes: new Uint8Array([1]) })).rejects.toMatchObject({
    data: { reason: 'because its name is too long' },
  });
});

test('of a chosen file the page hears a name and a handle, and only the engine where it lies', async () => {
  await startReady();
  pageReady();
  const { dialogs } = shell();
  expect([await dialogs.chooseFile(), await dialogs.chooseTarget('a.ora')]).toEqual([null, null]);
  fake.chosen = { open: ['/photos/work.ora'], save: '/photos/new.ora' };
  const opened = await dialogs.chooseFile();
  const target = await dialogs.chooseTarget('work.ora');
  expect([opened?.name, target?.name]).toEqual(['work.ora', 'new.ora']);
  expect(opened!.handle).not.toBe(target!.handle);
  const grants = [
    { type: 'grant', handle: opened!.handle, path: '/photos/work.ora' },
    { type: 'grant', handle: target!.handle, path: '/photos/new.ora' },
  ];
  expect(fake.processes[0].messages).toEqual([{ type: 'connect' }, ...grants]);
  fake.processes[0].emit('exit', 1); // one that is started again is told again
  expect(fake.processes[1].messages).toEqual([...grants, { type: 'connect' }]);
});

test('of a chosen folder the page hears its place too, and can name it by its handle alone', async () => {
  await startReady();
  pageReady();
  const { dialogs } = shell();
  expect(await dialogs.chooseFolder()).toBeNull();
  fake.chosen = { open: ['/photos/summer'], save: '' };
  const folder = (await dialogs.chooseFolder())!;
  expect(folder).toMatchObject({ name: 'summer', place: '/photos/summer' });
  expect(fake.processes[0].messages.at(-1)).toEqual({ type: 'grant', handle: folder.handle, path: '/photos/summer' });
});

test('dialogs offer every file beside those of known endings, and suggest names that any system takes', async () => {
  await startReady();
  pageReady();
  const { dialogs } = shell();
  await dialogs.chooseFile();
  await dialogs.openPicture();
  for (const { filters = [] } of fake.offered)
    expect(filters.map(({ extensions }) => extensions.at(-1)).at(-1)).toBe('*');
  fake.offered.length = 0;
  for (const name of ['What? 3:2.jpg', 'a/b.png', 'nul.ora', `${'ä'.repeat(125)}.tiff`])
    await dialogs.chooseTarget(name);
  expect(fake.offered.map(({ defaultPath }) => defaultPath)).toEqual([
    ...['What_ 3_2.jpg', 'a_b.png', '_nul.ora'],
    `${'ä'.repeat(119)}.tiff`,
  ]);
  expect(fake.offered[3]!.filters).toEqual([{ name: 'TIFF', extensions: ['tif', 'tiff'] }]);
});

test('a file that is written without its ending gets it, and one that is there is replaced only when the person says so', async () => {
  await startReady();
  pageReady();
  const { dialogs } = shell();
  fake.chosen.save = join(folder, 'work');
  expect(await dialogs.chooseTarget('photo.ora')).toMatchObject({ name: 'work.ora' });
  writeFileSync(join(folder, 'work.ora'), 'there');
  fake.answer = 1;
  expect(await dialogs.chooseTarget('photo.ora')).toBeNull();
  fake.answer = 0;
  expect(await dialogs.chooseTarget('photo.ora')).toMatchObject({ name: 'work.ora' });
  expect(fake.asked).toEqual(['Replace work.ora?', 'Replace work.ora?']);
  for (const [chosen, name, written] of [
    ['holiday 2.0', 'photo.ora', 'holiday 2.0.ora'],
    ['a.JPEG', 'photo.jpg', 'a.JPEG'],
    ['a.jfif', 'photo.jpg', 'a.jfif'],
    ['a.jpg', 'photo.png', 'a.jpg.png'],
  ] as const) {
    fake.chosen.save = join(folder, chosen);
    expect(await dialogs.chooseTarget(name)).toMatchObject({ name: written });
  }
});

test('what is dropped is granted like what is chosen; not what strangers say, nor what lies nowhere', async () => {
  await startReady();
  pageReady();
  const { dialogs } = shell();
  const [folders, files]: [unknown[], unknown[]] = [[], []];
  dialogs.onFolderDropped((dropped) => folders.push(dropped));
  dialogs.onFilesDropped((dropped) => files.push(dropped));
  await settled();
  const [picture, project] = [join(folder, 'a.png'), join(folder, 'b.ora')];
  for (const path of [picture, project]) writeFileSync(path, '');
  const sender = fake.windows[0].webContents;
  const ours = { sender, senderFrame: { url: 'app://editar/index.html', parent: null } };
  for (const nothing of ['no list', [], [7]]) ipcMain.emit('dropped', ours, nothing);
  ipcMain.emit('dropped', { ...ours, senderFrame: { url: 'http://evil.example/', parent: null } }, [picture]);
  ipcMain.emit('dropped', ours, [folder]);
  ipcMain.emit('dropped', ours, [project, '', join(folder, 'missing'), 'a\0b', picture, folder]);
  await settled();
  expect(folders).toEqual([expect.objectContaining({ name: basename(folder), place: folder })]);
  const known = (name: string): unknown => ({ name, handle: expect.any(String) as unknown });
  expect(files).toEqual([[known('b.ora'), null, null, null, known('a.png'), null]]);
  expect(fake.processes[0].messages).toMatchObject([
    { type: 'connect' },
    { path: folder },
    { path: project },
    { path: picture },
  ]);
});
