import { BrowserWindow, ipcMain, Menu, MessageChannelMain, screen } from 'electron';
import { basename } from 'node:path';
import type { Folder } from '#common/contract/batch-service.ts';
import type { ChosenFile } from '#common/contract/documents.ts';
import { shellContract } from '#common/contract/services.ts';
import type { NamedBytes, ShellImplementations, ShownMenu } from '#common/contract/services.ts';
import type { Unsubscribe } from '#common/rpc/contract.ts';
import { electronPort } from '#common/rpc/electron-port.ts';
import { serve } from '#common/rpc/server.ts';
import { chooseFile, chooseFolder, chooseTarget, openPicture, readPicture, savePicture } from './dialogs.ts';
import type { EngineProcess } from './engine-process.ts';
import { menuTemplate } from './menu.ts';
import { confine, isOurPage, pageOrigin } from './security.ts';
import { readWindowState, writeWindowState } from './window-state.ts';

export interface AppWindowConfig {
  readonly preload: string; // file
  readonly stateFile: string;
  readonly engine: Pick<EngineProcess, 'connect' | 'grant'>;
}

/** The window, and what its page may ask of it. */
export class AppWindow {
  readonly window: BrowserWindow;
  readonly #engine: AppWindowConfig['engine'];
  readonly #commandListeners = new Set<(command: string) => void>();
  readonly #openedListeners = new Set<(picture: NamedBytes) => void>();
  #waiting: string[] = []; // files to open once the page listens
  #hasPage = false;

  constructor({ preload, stateFile, engine }: AppWindowConfig) {
    this.#engine = engine;
    const { isMaximized, ...bounds } = readWindowState(
      stateFile,
      screen.getAllDisplays().map(({ workArea }) => workArea),
    );
    this.window = new BrowserWindow({
      ...{ ...bounds, minWidth: 640, minHeight: 480, show: false, backgroundColor: '#16181d', title: 'EditAR Studio' },
      webPreferences: { preload, contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false },
    });
    if (isMaximized) this.window.maximize();
    confine(this.window.webContents);
    this.window.once('ready-to-show', () => this.window.show());
    this.window.on('close', () => this.#remember(stateFile));
    ipcMain.on('page-ready', this.#onPageReady);
    this.window.once('closed', () => ipcMain.off('page-ready', this.#onPageReady));
    this.#showMenu([]);
    void this.window.loadURL(`${pageOrigin}/index.html`);
  }

  /** Gives the page a port to an engine that was started again. */
  reconnect(): void {
    if (this.#hasPage) this.#sendPort('engine-port', this.#engine.connect());
  }

  /** Opens a file once the page listens. A file that cannot be read opens nothing. */
  open(path: string): void {
    if (this.#openedListeners.size === 0) this.#waiting.push(path);
    else void this.#read(path);
  }

  focus(): void {
    if (this.window.isMinimized()) this.window.restore();
    this.window.focus();
  }

  /** Each load of the page asks once; ports of the one before close with it. */
  readonly #onPageReady = (event: Electron.IpcMainEvent): void => {
    const { senderFrame, sender } = event;
    if (sender !== this.window.webContents || !isOurPage(senderFrame?.url, senderFrame?.parent === null)) return;
    this.#hasPage = true;
    this.#sendPort('engine-port', this.#engine.connect());
    const { port1, port2 } = new MessageChannelMain();
    serve(electronPort(port1), shellContract, this.#implementations());
    this.#sendPort('shell-port', port2);
  };

  #sendPort(channel: string, port: Electron.MessagePortMain): void {
    this.window.webContents.postMessage(channel, null, [port]);
  }

  #implementations(): ShellImplementations {
    return {
      dialogs: {
        openPicture: () => openPicture(this.window),
        savePicture: (picture) => savePicture(this.window, picture),
        chooseFile: async () => this.#grant(await chooseFile(this.window)),
        chooseTarget: async (name) => this.#grant(await chooseTarget(this.window, name)),
        chooseFolder: async () => this.#grantFolder(await chooseFolder(this.window)),
        onOpened: (listener) => {
          const stop = listen(this.#openedListeners, listener);
          for (const path of this.#waiting.splice(0)) void this.#read(path);
          return stop;
        },
      },
      menu: {
        show: (menus) => this.#showMenu(menus),
        onCommand: (listener) => listen(this.#commandListeners, listener),
      },
    };
  }

  /** The page hears a name and a handle; the path goes to the engine alone. */
  #grant(path: string | undefined): ChosenFile | null {
    return path === undefined ? null : { handle: this.#engine.grant(path), name: basename(path) };
  }

  /** Of a folder the page hears its place too, to show it: it can name it by the handle alone. */
  #grantFolder(place: string | undefined): Folder | null {
    return place === undefined ? null : { handle: this.#engine.grant(place), name: basename(place) || place, place };
  }

  #showMenu(menus: readonly ShownMenu[]): undefined {
    const say = (command: string) => {
      for (const listener of this.#commandListeners) listener(command);
    };
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, menus, say)));
  }

  async #read(path: string): Promise<void> {
    const picture = await readPicture(path).catch(() => undefined);
    if (picture) for (const listener of this.#openedListeners) listener(picture);
  }

  #remember(stateFile: string): void {
    writeWindowState(stateFile, { ...this.window.getNormalBounds(), isMaximized: this.window.isMaximized() });
  }
}

function listen<T>(listeners: Set<T>, listener: T): Unsubscribe {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
