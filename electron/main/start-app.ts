import { app, dialog, Menu } from 'electron';
import { join } from 'node:path';
import { AppWindow } from './app-window.ts';
import { EngineProcess } from './engine-process.ts';
import { watchGraphics } from './graphics.ts';
import { menuWithoutWindow } from './menu.ts';
import { filesIn } from './opened-files.ts';
import { limitPermissions, registerPageScheme, servePage } from './security.ts';

/** The desktop program from its first line to its window. A second start only brings the first one forward. */
export function startApp(): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  if (process.platform === 'win32') app.setAppUserModelId(appId);
  registerPageScheme();
  watchGraphics(join(app.getPath('userData'), 'graphics-off'));
  const shell = new Shell();
  app.on('second-instance', (_event, argv, folder) => shell.bringForward(filesIn(argv, folder)));
  app.on('open-file', (event, path) => {
    event.preventDefault();
    shell.open([path]);
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('activate', () => shell.bringForward([]));
  app.on('will-quit', (event) => {
    if (!shell.engine.isRunning) return;
    event.preventDefault();
    void shell.engine.end().then(() => app.quit());
  });
  void app
    .whenReady()
    .then(() => {
      servePage(join(app.getAppPath(), 'out', 'renderer'));
      limitPermissions();
      shell.start(filesIn(process.argv, process.cwd()));
    })
    .catch((error: unknown) => {
      dialog.showErrorBox(
        'EditAR Studio cannot start',
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
      app.exit(1);
    });
}

/** The one window and the one engine. */
class Shell {
  readonly engine: EngineProcess;
  #window: AppWindow | undefined;
  #isReady = false;
  readonly #waiting: string[] = []; // files the system sent before there was a window

  constructor() {
    const programFolder = unpacked(app.getAppPath());
    const entry = join(programFolder, 'out', 'engine.cjs');
    this.engine = new EngineProcess({ entry, programFolder }, () => this.#window?.reconnect());
  }

  start(files: readonly string[]): void {
    this.#isReady = true;
    this.bringForward([...this.#waiting.splice(0), ...files]);
  }

  /** Opens files in the window, or in the one to come. */
  open(files: readonly string[]): void {
    if (this.#isReady) this.bringForward(files);
    else this.#waiting.push(...files);
  }

  bringForward(files: readonly string[]): void {
    if (!this.#isReady) return void this.#waiting.push(...files);
    this.#window ??= this.#createWindow();
    this.#window.focus();
    for (const file of files) this.#window.open(file);
  }

  /** On macOS the program stays when its window is closed. What the menu offered, nobody would hear any more. */
  #showIdleMenu(): void {
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuWithoutWindow(() => this.bringForward([]))));
  }

  #createWindow(): AppWindow {
    const created = new AppWindow({
      preload: join(app.getAppPath(), 'out', 'preload.cjs'),
      icon: join(app.getAppPath(), 'build', 'resources', 'icons', '256x256.png'),
      stateFile: join(app.getPath('userData'), 'window.json'),
      engine: this.engine,
    });
    created.window.once('closed', () => {
      this.#window = undefined;
      if (process.platform === 'darwin') this.#showIdleMenu();
    });
    return created;
  }
}

/** By which Windows knows the program: the same as in the installed one, or its windows would not be grouped with it. */
const appId = 'io.github.editar-studio';

/** Libraries cannot be loaded from inside an archive; the packaged program keeps the engine's files beside it. */
const unpacked = (path: string): string => path.replace(/app\.asar$/, 'app.asar.unpacked');
