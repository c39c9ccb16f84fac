import { app, BrowserWindow, ipcMain, Menu, MessageChannelMain, screen } from 'electron';
import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import type { Folder } from '#common/contract/batch-service.ts';
import type { ChosenFile } from '#common/contract/documents.ts';
import { shellContract } from '#common/contract/services.ts';
import type { ShellImplementations, ShownMenu } from '#common/contract/services.ts';
import type { Unsubscribe } from '#common/rpc/contract.ts';
import { electronPort } from '#common/rpc/electron-port.ts';
import { serve } from '#common/rpc/server.ts';
import { chooseFile, chooseFolder, chooseTarget, openPicture, savePicture } from './dialogs.ts';
import type { EngineProcess } from './engine-process.ts';
import { menuTemplate } from './menu.ts';
import type { MenuActions } from './menu.ts';
import { reviveWhenGone } from './revive.ts';
import { confine, isOurPage, pageOrigin } from './security.ts';
import { minWindow, readWindowState, writeWindowState } from './window-state.ts';

export interface AppWindowConfig {
  readonly preload: string; // file
  readonly icon: string; // file; for Linux, elsewhere the program's own is sharper
  readonly stateFile: string;
  readonly engine: Pick<EngineProcess, 'connect' | 'grant'>;
}

/** The window, and what its page may ask of it. */
export class AppWindow {
  readonly window: BrowserWindow;
  readonly #engine: AppWindowConfig['engine'];
  readonly #commandListeners = new Set<(command: string) => void>();
  readonly #openedListeners = new Set<(file: ChosenFile) => void>();
  readonly #closeListeners = new Set<(wish: 'close') => void>();
  readonly #folderListeners = new Set<(folder: Folder) => void>();
  readonly #filesListeners = new Set<(files: (ChosenFile | null)[]) => void>();
  #waiting: string[] = []; // files to open once the page listens
  #shownMenus = ''; // as JSON
  #hasPage = false;
  #hasUnsaved = false;
  #hangs = false;
  #isQuitting = false; // the program wants to end, and closes the window for it
  #quitsAfter = false; // once the page has asked

  constructor({ preload, icon, stateFile, engine }: AppWindowConfig) {
    this.#engine = engine;
    const { isMaximized, ...bounds } = readWindowState(
      stateFile,
      screen.getAllDisplays().map(({ workArea }) => workArea),
    );
    this.window = new BrowserWindow({
      ...{ ...bounds, minWidth: minWindow.width, minHeight: minWindow.height, show: false },
      ...{ backgroundColor: '#16181d', title: 'EditAR Studio', ...(process.platform === 'linux' && { icon }) },
      webPreferences: {
        ...{ preload, contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false },
        spellcheck: false, // its dictionaries would be fetched from the network
      },
    });
    confine(this.window.webContents);
    this.window.once('ready-to-show', () => {
      if (isMaximized) this.window.maximize(); // shows it: not before there is something to see
      this.window.show();
    });
    const load = (): void => void this.window.loadURL(`${pageOrigin}/index.html`);
    reviveWhenGone(this.window, () => this.#forgetPage(), load);
    this.window.on('close', (event) => {
      this.#remember(stateFile);
      this.#askFirst(event);
    });
    this.window.on('unresponsive', () => (this.#hangs = true));
    this.window.on('responsive', () => (this.#hangs = false));
    ipcMain.on('page-ready', this.#onPageReady);
    ipcMain.on('dropped', this.#onDropped);
    app.on('before-quit', this.#onQuit);
    this.window.once('closed', () => {
      app.off('before-quit', this.#onQuit);
      ipcMain.off('page-ready', this.#onPageReady);
      ipcMain.off('dropped', this.#onDropped);
    });
    this.#showMenu([]);
    load();
  }

  /** Gives the page a port to an engine that was started again. */
  reconnect(): void {
    if (this.#hasPage) this.#sendPort('engine-port', this.#engine.connect());
  }

  /** Opens a file once the page listens. */
  open(path: string): void {
    if (this.#openedListeners.size === 0) this.#waiting.push(path);
    else for (const listener of this.#openedListeners) listener(this.#grantOpened(path));
  }

  focus(): void {
    if (this.window.isMinimized()) this.window.restore();
    this.window.focus();
  }

  /** Each load of the page asks once; ports of the one before close with it. */
  readonly #onPageReady = (event: Electron.IpcMainEvent): void => {
    if (!this.#isOurs(event)) return;
    this.#forgetPage();
    this.#hasPage = true;
    this.#sendPort('engine-port', this.#engine.connect());
    const { port1, port2 } = new MessageChannelMain();
    serve(electronPort(port1), shellContract, this.#implementations());
    this.#sendPort('shell-port', port2);
  };

  /** What is dropped is chosen as much as what a dialog names. */
  readonly #onDropped = (event: Electron.IpcMainEvent, said: unknown): void => {
    const paths = this.#isOurs(event) ? zPaths.safeParse(said).data : undefined;
    if (!paths) return;
    const folder = isFolder(paths[0]!) ? this.#grantFolder(paths[0]) : null;
    if (folder) for (const listener of this.#folderListeners) listener(folder);
    else {
      const files = paths.map((path) => (isFile(path) ? this.#grant(path) : null));
      for (const listener of this.#filesListeners) listener(files);
    }
  };

  /** What the page before has said holds no more. */
  #forgetPage(): void {
    [this.#hasPage, this.#hangs] = [false, false];
    this.#noteUnsaved(false);
  }

  #isOurs({ senderFrame, sender }: Electron.IpcMainEvent): boolean {
    return sender === this.window.webContents && isOurPage(senderFrame?.url, senderFrame?.parent === null);
  }

  #sendPort(channel: string, port: Electron.MessagePortMain): void {
    this.window.webContents.postMessage(channel, null, [port]);
  }

  #implementations(): ShellImplementations {
    return {
      dialogs: {
        openPicture: () => openPicture(this.window),
        savePicture: (picture) => savePicture(this.window, picture),
        chooseFolder: async () => ifChosen(await chooseFolder(this.window), (place) => this.#grantFolder(place)),
        chooseFile: async () => ifChosen(await chooseFile(this.window), (path) => this.#grantOpened(path)),
        chooseTarget: async (name) => ifChosen(await chooseTarget(this.window, name), (path) => this.#grant(path)),
        onFolderDropped: (listener) => listen(this.#folderListeners, listener),
        onFilesDropped: (listener) => listen(this.#filesListeners, listener),
        onOpened: (listener) => {
          const stop = listen(this.#openedListeners, listener);
          for (const path of this.#waiting.splice(0)) listener(this.#grantOpened(path));
          return stop;
        },
      },
      window: {
        noteUnsaved: (hasUnsaved) => this.#noteUnsaved(hasUnsaved),
        onCloseWanted: (listener) => listen(this.#closeListeners, listener),
        close: () => this.#close(),
      },
      menu: {
        show: (menus) => this.#showMenu(menus),
        onCommand: (listener) => listen(this.#commandListeners, listener),
      },
    };
  }

  /** The page hears a name and a handle; the path goes to the engine alone. */
  #grant(path: string): ChosenFile {
    return { handle: this.#engine.grant(path), name: basename(path) };
  }

  /** What is opened goes to the system's own list of what was used last, too. */
  #grantOpened(path: string): ChosenFile {
    if (process.platform !== 'linux') app.addRecentDocument(path); // desktops of Linux keep a list by themselves
    return this.#grant(path);
  }

  readonly #onQuit = (): void => {
    this.#isQuitting = true;
  };

  #noteUnsaved(hasUnsaved: boolean): undefined {
    this.#hasUnsaved = hasUnsaved;
    if (process.platform === 'darwin') this.window.setDocumentEdited(hasUnsaved); // a dot in the window's corner
  }

  /** A window with unsaved work stays until the page has asked. One whose page cannot answer may go: its journal has everything. */
  #askFirst(event: { preventDefault(): void }): void {
    if (!this.#hasUnsaved || this.#hangs || this.#closeListeners.size === 0) return;
    event.preventDefault();
    this.#quitsAfter = this.#isQuitting;
    this.#isQuitting = false;
    for (const listener of this.#closeListeners) listener('close');
  }

  /** Where programs outlive their windows, quitting still means quitting after the question. */
  #close(): undefined {
    this.#hasUnsaved = false;
    if (this.#quitsAfter) app.quit();
    else this.window.close();
  }

  /** Of a folder the page hears its place too, to show it: it can name it by the handle alone. */
  #grantFolder(place: string): Folder {
    return { handle: this.#engine.grant(place), name: basename(place) || place, place };
  }

  /** The page says its menus whenever something about them may have changed. An open menu closes when another takes its place. */
  #showMenu(menus: readonly ShownMenu[]): undefined {
    const shown = JSON.stringify(menus);
    if (shown === this.#shownMenus) return;
    this.#shownMenus = shown;
    const actions: MenuActions = {
      run: (command) => {
        for (const listener of this.#commandListeners) listener(command);
      },
      inText: (action) => this.window.webContents[action](),
    };
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, menus, actions)));
  }

  #remember(stateFile: string): void {
    writeWindowState(stateFile, { ...this.window.getNormalBounds(), isMaximized: this.window.isMaximized() });
  }
}

const ifChosen = <T>(path: string | undefined, grant: (path: string) => T): T | null =>
  path === undefined ? null : grant(path);

function listen<T>(listeners: Set<T>, listener: T): Unsubscribe {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** One for each thing that was dropped. */
const zPaths = z.array(z.string()).min(1).max(1000);

const isFolder = (path: string): boolean => lookAt(path)?.isDirectory() ?? false;
const isFile = (path: string): boolean => lookAt(path)?.isFile() ?? false;

function lookAt(path: string): Stats | undefined {
  try {
    return path === '' ? undefined : statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // a name that no file can have
  }
}
