// As much of Electron as electron/main uses, recording what it is asked and refusing what the real one refuses (electron.d.ts says when).
// Vitest puts it in the place of the real package.
import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';

/** Electron's port over one of Node's: messages arrive as `{data}`. */
class FakePort extends EventEmitter {
  readonly #port: MessagePort;
  #isHandedOn = false;
  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('message', (data: unknown) => this.emit('message', { data }));
    port.on('close', () => this.emit('close'));
    port.unref();
  }
  postMessage(message: unknown): void {
    this.#port.postMessage(message);
  }
  /** What is handed on cannot be used here any more. */
  handOn(): void {
    if (this.#isHandedOn) throw new TypeError('a port is handed on once');
    this.#isHandedOn = true;
  }
  start(): void {
    this.#port.start();
  }
  close(): void {
    this.#port.close();
  }
}

export class MessageChannelMain {
  readonly port1: FakePort;
  readonly port2: FakePort;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    [this.port1, this.port2] = [new FakePort(port1), new FakePort(port2)];
  }
}

class FakeProcess extends EventEmitter {
  readonly ports: FakePort[] = [];
  readonly messages: unknown[] = [];
  isKilled = false;
  isDeaf = false; // and does not end when it is asked to
  constructor(
    readonly entry: string,
    readonly args: readonly string[],
  ) {
    super();
  }
  postMessage(message: unknown, ports: FakePort[] = []): void {
    this.messages.push(message);
    if (!this.isDeaf && (message as { type?: unknown }).type === 'end') setImmediate(() => this.emit('exit', 0));
    for (const port of ports) port.handOn();
    this.ports.push(...ports);
  }
  kill(): boolean {
    this.isKilled = true;
    this.emit('exit', 0);
    return true;
  }
}

interface Sent {
  readonly channel: string;
  readonly ports: readonly FakePort[];
}

class FakeContents extends EventEmitter {
  readonly sent: Sent[] = [];
  readonly edits: string[] = []; // of text fields
  openHandler: (() => { action: string }) | undefined;
  isDestroyed = false;
  postMessage(channel: string, _message: unknown, ports: FakePort[]): void {
    if (this.isDestroyed) throw new TypeError('Object has been destroyed');
    for (const port of ports) port.handOn();
    this.sent.push({ channel, ports });
  }
  undo(): void {
    this.edits.push('undo');
  }
  redo(): void {
    this.edits.push('redo');
  }
  setWindowOpenHandler(handler: () => { action: string }): void {
    this.openHandler = handler;
  }
}

interface WindowOptions {
  readonly width: number;
  readonly height: number;
  readonly webPreferences: Readonly<Record<string, unknown>>;
}

/** Members that electron.d.ts knows for some systems only may be missing on others. */
function onlyOn(...platforms: readonly NodeJS.Platform[]): void {
  if (!platforms.includes(process.platform)) throw new TypeError('is not a function');
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  url = '';
  loads = 0;
  focused = 0;
  isShown = false;
  constructor(readonly options: WindowOptions) {
    super();
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    fake.windows.push(this);
  }
  loadURL(url: string): Promise<void> {
    this.url = url;
    this.loads++;
    return Promise.resolve();
  }
  show(): void {
    this.isShown = true;
  }
  focus(): void {
    this.focused++;
  }
  maximize(): void {
    fake.maximized++;
    this.isShown = true;
  }
  isDestroyed(): boolean {
    return this.isClosed;
  }
  isEdited = false;
  isClosed = false;
  setDocumentEdited(isEdited: boolean): void {
    onlyOn('darwin');
    this.isEdited = isEdited;
  }
  /** As the person does: closed unless somebody prevents it. */
  close(): void {
    let isPrevented = false;
    this.emit('close', { preventDefault: () => (isPrevented = true) });
    if (isPrevented) return;
    this.isClosed = true;
    this.webContents.isDestroyed = true;
    this.emit('closed');
  }
  isMinimized(): boolean {
    return false;
  }
  isMaximized(): boolean {
    return false;
  }
  getNormalBounds() {
    return { x: 10, y: 20, width: this.options.width, height: this.options.height };
  }
}

class FakeApp extends EventEmitter {
  hasLock = true;
  hasQuit = false;
  exitCode: number | undefined;
  userData = '';
  modelId = ''; // by which Windows knows it
  hasGraphics = true;
  #isReady = false;
  #tellReady: () => void = () => undefined;
  readonly #ready = new Promise<void>((resolve) => (this.#tellReady = resolve));
  becomeReady(): void {
    this.#isReady = true;
    this.#tellReady();
  }
  isReady(): boolean {
    return this.#isReady;
  }
  disableHardwareAcceleration(): void {
    if (this.#isReady) throw new Error('app.disableHardwareAcceleration() can only be called before app is ready');
    this.hasGraphics = false;
  }
  setAppUserModelId(id: string): void {
    onlyOn('win32');
    this.modelId = id;
  }
  getVersion(): string {
    return fake.version;
  }
  exit(code: number): void {
    this.exitCode = code;
  }
  requestSingleInstanceLock(): boolean {
    return this.hasLock;
  }
  quit(): void {
    this.hasQuit = true;
  }
  /** As the system or a closed window makes it end. @returns whether it does now */
  willQuit(): boolean {
    let isPrevented = false;
    this.emit('will-quit', { preventDefault: () => (isPrevented = true) });
    return !isPrevented;
  }
  whenReady(): Promise<void> {
    return this.#ready;
  }
  getAppPath(): string {
    return fake.appPath;
  }
  addRecentDocument(path: string): void {
    onlyOn('darwin', 'win32');
    fake.recent.push(path);
  }
  getPath(): string {
    return this.userData;
  }
}

type Handler = (request: Request) => Promise<Response>;
type Check = (contents: unknown, permission: string) => boolean;
type Decide = (contents: unknown, permission: string, decide: (isAllowed: boolean) => void) => void;

/** What was asked of Electron since the last `resetFake`. */
export const fake = {
  appPath: '/program',
  version: '1.0.0',
  windows: [] as BrowserWindow[],
  processes: [] as FakeProcess[],
  maximized: 0,
  recent: [] as string[],
  schemes: [] as { scheme: string; privileges: object }[],
  handler: undefined as Handler | undefined,
  decidePermission: undefined as Decide | undefined,
  checkPermission: undefined as Check | undefined,
  menu: undefined as unknown,
  chosen: { open: [] as string[], save: '' },
  asked: [] as string[], // message boxes
  errors: [] as string[], // error boxes
  offered: [] as { filters?: readonly { extensions: readonly string[] }[]; defaultPath?: string }[], // by dialogs for files
  shown: [] as string[], // in the file manager
  blockers: new Set<number>(), // of sleep
  answer: 0, // index of the button that is pressed in them
};

export let app = new FakeApp();
export let ipcMain = new EventEmitter();

export function resetFake(userData: string): void {
  app = new FakeApp();
  ipcMain = new EventEmitter();
  app.userData = userData;
  Object.assign(fake, {
    windows: [],
    processes: [],
    recent: [],
    maximized: 0,
    schemes: [],
    handler: undefined,
    menu: undefined,
  });
  Object.assign(fake, { appPath: '/program', version: '1.0.0', chosen: { open: [], save: '' }, asked: [], answer: 0 });
  Object.assign(fake, { errors: [], offered: [], shown: [], blockers: new Set() });
}

export const Menu = {
  buildFromTemplate: (template: unknown): unknown => template,
  setApplicationMenu: (menu: unknown): void => void (fake.menu = menu),
};
export const net = { fetch: (url: string): Promise<Response> => Promise.resolve(new Response(`file ${url}`)) };
export const protocol = {
  registerSchemesAsPrivileged(schemes: typeof fake.schemes): void {
    if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    fake.schemes = schemes;
  },
  handle(_scheme: string, handler: Handler): void {
    if (!app.isReady()) throw new Error('protocol can only be used when app is ready');
    fake.handler = handler;
  },
};
export const shell = { showItemInFolder: (path: string): void => void fake.shown.push(path) };
let lastBlocker = 0;
export const powerSaveBlocker = {
  start(): number {
    fake.blockers.add(++lastBlocker);
    return lastBlocker;
  },
  stop: (id: number): boolean => fake.blockers.delete(id),
};
export const session = {
  defaultSession: {
    setPermissionRequestHandler: (decide: Decide): void => void (fake.decidePermission = decide),
    setPermissionCheckHandler: (check: Check): void => void (fake.checkPermission = check),
  },
};
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] };
export const utilityProcess = {
  fork(entry: string, args: readonly string[]): FakeProcess {
    if (!app.isReady()) throw new Error('utilityProcess cannot be created before app is ready');
    const child = new FakeProcess(entry, args);
    fake.processes.push(child);
    return child;
  },
};
export const dialog = {
  showOpenDialog: (_window: unknown, options: (typeof fake.offered)[number]) => {
    fake.offered.push(options);
    return Promise.resolve({ filePaths: fake.chosen.open });
  },
  showMessageBox: (_window: unknown, { message }: { message: string }) => {
    fake.asked.push(message);
    return Promise.resolve({ response: fake.answer });
  },
  showErrorBox: (title: string): void => void fake.errors.push(title),
  showSaveDialog: (_window: unknown, options: (typeof fake.offered)[number]) => {
    fake.offered.push(options);
    return Promise.resolve({ filePath: fake.chosen.save, canceled: fake.chosen.save === '' });
  },
};
