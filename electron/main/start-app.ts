import { app } from 'electron';
import { join } from 'node:path';
import { AppWindow } from './app-window.ts';
import { EngineProcess } from './engine-process.ts';
import { filesIn } from './opened-files.ts';
import { limitPermissions, registerPageScheme, servePage } from './security.ts';

/** The desktop program from its first line to its window. A second start only brings the first one forward. */
export function startApp(): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  registerPageScheme();
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
  app.on('will-quit', () => shell.engine.stop());
  void app.whenReady().then(() => {
    servePage(join(app.getAppPath(), 'out', 'renderer'));
    limitPermissions();
    shell.start(filesIn(process.argv, process.cwd()));
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

  #createWindow(): AppWindow {
    const created = new AppWindow({
      preload: join(app.getAppPath(), 'out', 'preload.cjs'),
      stateFile: join(app.getPath('userData'), 'window.json'),
      engine: this.engine,
    });
    created.window.once('closed', () => (this.#window = undefined));
    return created;
  }
}

/** Libraries cannot be loaded from inside an archive; the packaged program keeps the engine's files beside it. */
const unpacked = (path: string): string => path.replace(/app\.asar$/, 'app.asar.unpacked');
