import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { startApp } from '../../../electron/main/start-app.ts';
import config from '../../../build/electron-builder.mjs';
import { app, fake, protocol, resetFake } from '../../fakes/electron.ts';
import { pageReady, pretendToBeOn, settled, shell, startReady } from '../../helpers/started-app.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  resetFake(folder);
});

test('a second start gives way to the first', () => {
  app.hasLock = false;
  startApp();
  expect(app.hasQuit).toBe(true);
  expect(fake.schemes).toEqual([]);
});

test('the window is isolated, sandboxed and shows our page', async () => {
  const { window } = await startReady();
  expect(window.options.webPreferences).toEqual({
    preload: join('/program', 'out', 'preload.cjs'),
    ...{ contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false },
    spellcheck: false, // or its dictionaries would be fetched
  });
  expect(window.url).toBe('app://editar/index.html');
  expect(window.isShown).toBe(false); // not before there is something to see
  window.emit('ready-to-show');
  expect(window.isShown).toBe(true);
});

test('no other page, window or permission is given', async () => {
  const { contents } = await startReady();
  for (const name of ['will-navigate', 'will-redirect', 'will-attach-webview']) {
    let isPrevented = false;
    contents.emit(name, { preventDefault: () => (isPrevented = true) });
    expect([name, isPrevented]).toEqual([name, true]);
  }
  expect(contents.openHandler?.()).toEqual({ action: 'deny' });
  let isAllowed = true;
  fake.decidePermission?.(contents, 'media', (decision) => (isAllowed = decision));
  expect([isAllowed, fake.checkPermission?.(contents, 'media')]).toEqual([false, false]);
  for (const permission of ['clipboard-sanitized-write', 'clipboard-read']) {
    fake.decidePermission?.(contents, permission, (decision) => (isAllowed = decision)); // copy and paste, chosen from a list
    expect([isAllowed, fake.checkPermission?.(contents, permission)]).toEqual([true, true]);
  }
});

test('the scheme serves files of the page with the policy, and nothing else', async () => {
  await startReady();
  const answer = await fake.handler!(new Request('app://editar/assets/a.js'));
  const file = pathToFileURL(join('/program', 'out', 'renderer', 'assets', 'a.js')).href;
  expect(await answer.text()).toBe(`file ${file}`);
  expect(answer.headers.get('content-type')).toContain('text/javascript');
  expect(answer.headers.get('content-security-policy')).toContain(`default-src 'none'`);
  for (const url of ['app://editar/..%2f..%2fmain.cjs', 'app://editar/main.cjs', 'app://other/index.html']) {
    expect([url, (await fake.handler!(new Request(url))).status]).toEqual([url, 404]);
  }
});

test('the page gets one port to the engine and one to the shell, once it asks', async () => {
  const { contents } = await startReady();
  expect([contents.sent, fake.processes]).toEqual([[], []]);
  pageReady();
  expect(contents.sent.map(({ channel }) => channel)).toEqual(['engine-port', 'shell-port']);
  expect(fake.processes).toMatchObject([{ entry: join('/program', 'out', 'engine.cjs'), args: ['/program'] }]);
  expect(fake.processes[0].ports).toHaveLength(1);
});

test.each([
  ['another origin', 'https://evil.example/', null],
  ['a frame inside the page', 'app://editar/index.html', {}],
  ['a frame that has no address yet', '', null],
])('%s gets no port', async (_, url, parent) => {
  const { contents } = await startReady();
  pageReady(url, parent);
  expect(contents.sent).toEqual([]);
});

test('the engine of a packaged program is started beside the archive', async () => {
  fake.appPath = '/resources/app.asar';
  await startReady();
  pageReady();
  expect(fake.processes[0].entry).toBe(join('/resources/app.asar.unpacked', 'out', 'engine.cjs'));
});

test('an engine that crashes is started again and the page gets a new port; one that always crashes has a rest first', async () => {
  const { contents } = await startReady();
  pageReady();
  fake.processes[0].emit('exit', 139);
  expect(fake.processes).toHaveLength(2);
  expect(contents.sent.map(({ channel }) => channel)).toEqual(['engine-port', 'shell-port', 'engine-port']);
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  for (const child of [1, 2, 3]) fake.processes[child].emit('exit', 139);
  expect(fake.processes).toHaveLength(4);
  vi.runAllTimers();
  expect(fake.processes).toHaveLength(5);
  fake.processes[4].emit('exit', 139);
  expect(app.willQuit()).toBe(true); // nothing is left to end
});

test('a fatal error of the engine ends the engine alone', async () => {
  await startReady();
  pageReady();
  fake.processes[0].emit('error', 'FatalError', 'v8', '{}'); // Node throws what nobody listens to
  fake.processes[0].emit('exit', 134);
  expect(fake.processes).toHaveLength(2);
});

test('the machine stays awake while the engine is busy, and shows files it names', async () => {
  await startReady();
  pageReady();
  const [engine] = fake.processes;
  engine.emit('message', { type: 'busy', isBusy: true });
  engine.emit('message', { type: 'busy', isBusy: true });
  expect(fake.blockers.size).toBe(1);
  engine.emit('message', { type: 'busy', isBusy: false });
  expect(fake.blockers.size).toBe(0);
  engine.emit('message', { type: 'busy', isBusy: true });
  engine.emit('exit', 1); // nobody would say that it is over
  expect(fake.blockers.size).toBe(0);
  fake.processes[1].emit('message', { type: 'reveal', path: '/photos/a.png' });
  for (const nonsense of [null, 'busy', { type: 'busy' }, { type: 'run', path: '/bin/sh' }]) {
    fake.processes[1].emit('message', nonsense);
  }
  expect([fake.shown, fake.blockers.size]).toEqual([['/photos/a.png'], 0]);
});

test.each(['linux', 'darwin', 'win32'] as const)(
  'on %s nothing is asked of Electron that it has elsewhere only',
  async (platform) => {
    pretendToBeOn(platform);
    const { window } = await startReady();
    pageReady();
    const { dialogs, window: own } = shell();
    fake.chosen.open = [join(folder, 'a.png')];
    await dialogs.chooseFile();
    await own.noteUnsaved(true);
    expect(fake.recent).toEqual(platform === 'linux' ? [] : fake.chosen.open);
    expect(window.isEdited).toBe(platform === 'darwin');
    window.emit('closed');
    expect(fake.menu).toMatchObject(
      platform === 'darwin' ? [{ label: 'EditAR Studio' }, { label: 'File' }, {}] : [{ label: 'File' }, {}],
    );
  },
);

test('a page whose process ends is loaded again, closes without a question, and asks when it ends at once every time', async () => {
  pretendToBeOn('darwin'); // which shows what is unsaved
  const { window, contents } = await startReady();
  pageReady();
  const page = shell();
  page.window.onCloseWanted(() => undefined);
  await page.window.noteUnsaved(true);
  const end = async (reason: string): Promise<void> => {
    contents.emit('render-process-gone', {}, { reason, exitCode: 1 });
    await settled();
  };
  await end('clean-exit');
  expect(window.loads).toBe(1);
  await end('crashed');
  expect([window.loads, window.isEdited]).toEqual([2, false]);
  const sent = contents.sent.length;
  fake.processes[0].emit('exit', 139); // a page that is not there gets no port
  expect(contents.sent).toHaveLength(sent);
  await end('oom');
  expect([window.loads, fake.asked]).toEqual([3, []]);
  await end('crashed');
  expect([window.loads, fake.asked]).toEqual([4, ['The window has stopped several times.']]);
  fake.answer = 1;
  await end('crashed');
  expect([window.loads, window.isClosed]).toEqual([4, true]);
});

test('graphics that crash again and again are left alone from the next start on, until the program is updated', async () => {
  await startReady();
  const gone = (type: string, reason: string) => app.emit('child-process-gone', {}, { type, reason, exitCode: 1 });
  for (const reason of ['crashed', 'killed', 'clean-exit', 'crashed']) gone('GPU', reason);
  gone('Utility', 'crashed');
  const graphicsOf = async (version: string): Promise<boolean> => {
    resetFake(folder);
    fake.version = version;
    await startReady();
    return app.hasGraphics;
  };
  expect(await graphicsOf('1.0.0')).toBe(true);
  for (let crash = 0; crash < 3; crash++) gone('GPU', 'crashed');
  expect(await graphicsOf('1.0.0')).toBe(false);
  expect(await graphicsOf('1.0.1')).toBe(true);
});

test('a program that cannot start says so and ends', async () => {
  const handle = vi.spyOn(protocol, 'handle').mockImplementation(() => {
    throw new Error('no such scheme');
  });
  onTestFinished(() => handle.mockRestore());
  startApp();
  app.becomeReady();
  await settled();
  expect([fake.errors, app.exitCode, fake.windows]).toEqual([['EditAR Studio cannot start'], 1, []]);
});

test('Windows knows the program by the name its installer gives it', async () => {
  pretendToBeOn('win32');
  await startReady();
  expect(app.modelId).toBe(config.appId);
});

test('quitting asks the engine to end, waits until it has, and does not start it again', async () => {
  await startReady();
  pageReady();
  expect(app.willQuit()).toBe(false);
  expect(app.hasQuit).toBe(false);
  await settled();
  expect([app.hasQuit, app.willQuit()]).toEqual([true, true]);
  expect(fake.processes.map(({ messages, isKilled }) => [messages.at(-1), isKilled])).toEqual([
    [{ type: 'end' }, false],
  ]);
});

test('an engine that does not end when it is asked to is ended', async () => {
  await startReady();
  pageReady();
  fake.processes[0].isDeaf = true;
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  expect(app.willQuit()).toBe(false);
  await vi.advanceTimersByTimeAsync(999);
  expect([fake.processes[0].isKilled, app.hasQuit]).toEqual([false, false]);
  await vi.advanceTimersByTimeAsync(1);
  expect([fake.processes[0].isKilled, app.hasQuit]).toEqual([true, true]);
});

test('without an engine there is nothing to wait for', async () => {
  await startReady();
  expect(app.willQuit()).toBe(true);
});

interface Item {
  readonly label?: string;
  readonly role?: string;
  readonly type?: string;
  readonly accelerator?: string;
  readonly registerAccelerator?: boolean;
  readonly enabled?: boolean;
  readonly checked?: boolean;
  readonly submenu?: readonly Item[];
  readonly click?: () => void;
}
const shownMenu = () => fake.menu as readonly Item[];

test('a window with unsaved work stays until its page has asked; one that hangs may go', async () => {
  pretendToBeOn('darwin');
  const { window } = await startReady();
  pageReady();
  const page = shell();
  const wishes: string[] = [];
  page.window.onCloseWanted((wish) => wishes.push(wish));
  await page.window.noteUnsaved(true);
  window.close();
  await expect.poll(() => wishes).toEqual(['close']);
  expect([window.isEdited, window.isClosed]).toEqual([true, false]);
  await page.window.close();
  expect(window.isClosed).toBe(true);

  resetFake(folder);
  const { window: other } = await startReady();
  pageReady();
  const deaf = shell();
  deaf.window.onCloseWanted(() => undefined);
  await deaf.window.noteUnsaved(true);
  other.emit('unresponsive');
  other.close();
  expect(other.isClosed).toBe(true);
});

test('quitting with unsaved work quits after the question, where programs outlive windows too', async () => {
  const { window } = await startReady();
  pageReady();
  const page = shell();
  const wishes: string[] = [];
  page.window.onCloseWanted((wish) => wishes.push(wish));
  await page.window.noteUnsaved(true);
  app.emit('before-quit');
  window.close();
  await expect.poll(() => wishes).toEqual(['close']);
  expect(app.hasQuit).toBe(false);
  await page.window.close();
  expect([app.hasQuit, window.isClosed]).toEqual([true, false]); // the fake leaves closing its windows out
});

test('before the page has said what can be done the menu holds what every program has', async () => {
  await startReady();
  expect(shownMenu().map(({ label, role }) => label ?? role)).toEqual(['File', 'windowMenu']);
  expect(shownMenu()[0].submenu).toEqual([{ role: 'quit' }]);
});

test('a menu that says the same stays, so that one that is open does not close', async () => {
  await startReady();
  pageReady();
  const { menu } = shell();
  const edit = (isEnabled: boolean) => [
    { id: 'edit', label: 'Edit', sections: [[{ id: 'undo', label: 'Undo', isEnabled }]] },
  ];
  await menu.show(edit(false));
  const first = fake.menu;
  await menu.show(edit(false));
  expect(fake.menu).toBe(first);
  await menu.show(edit(true));
  expect(fake.menu).not.toBe(first);
});

test('the menu holds what the page says, and its items reach the page', async () => {
  await startReady();
  pageReady();
  const { menu } = shell();
  const heard: string[] = [];
  menu.onCommand((command) => heard.push(command));
  const item = (id: string, more = {}) => ({ id, label: id.toUpperCase(), isEnabled: true, ...more });
  await menu.show([
    {
      id: 'file',
      label: 'File',
      sections: [[item('open', { accelerator: 'CmdOrCtrl+O' })], [item('save', { isEnabled: false })]],
    },
    { id: 'view', label: 'View', sections: [[item('panel', { isChecked: true })]] },
    { id: 'help', label: 'Help', sections: [[item('about')]] },
  ]);
  const [file, view, window, help] = shownMenu();
  expect(file.submenu?.map(({ label, type, role }) => label ?? role ?? type)).toEqual([
    'OPEN',
    'separator',
    'SAVE',
    'separator',
    'quit',
  ]);
  expect(file.submenu?.[0]).toMatchObject({ accelerator: 'CmdOrCtrl+O', registerAccelerator: false, enabled: true });
  expect(file.submenu?.[2].enabled).toBe(false);
  expect(view.submenu?.[0]).toMatchObject({ type: 'checkbox', checked: true });
  expect([window.role, help.role]).toEqual(['windowMenu', 'help']);
  for (const { click } of shownMenu().flatMap(({ submenu = [] }) => submenu)) click?.();
  await expect.poll(() => heard).toEqual(['open', 'save', 'panel', 'about']);
});

test('the window comes back where it was, unless no screen is there any more', async () => {
  const { window } = await startReady();
  window.emit('close');
  expect(JSON.parse(readFileSync(join(folder, 'window.json'), 'utf8'))).toMatchObject({ x: 10, y: 20 });

  resetFake(folder);
  expect((await startReady()).window.options).toMatchObject({ x: 10, y: 20 });

  writeFileSync(
    join(folder, 'window.json'),
    JSON.stringify({ x: 9000, y: 20, width: 700, height: 500, isMaximized: true }),
  );
  resetFake(folder);
  const { window: lost } = await startReady();
  expect(lost.options).toMatchObject({ width: 700, height: 500 });
  expect(lost.options).not.toHaveProperty('x');
  expect([fake.maximized, lost.isShown]).toEqual([0, false]); // that would show it empty
  lost.emit('ready-to-show');
  expect([fake.maximized, lost.isShown]).toEqual([1, true]);
});
