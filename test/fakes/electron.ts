// As much of Electron as electron/main uses, recording what it is asked. Vitest puts it in the place of the real package.
import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';

/** Electron's port over one of Node's: messages arrive as `{data}`. */
class FakePort extends EventEmitter {
  readonly #port: MessagePort;
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
  constructor(
    readonly entry: string,
    readonly args: readonly string[],
  ) {
    super();
  }
  postMessage(message: unknown, ports: FakePort[] = []): void {
    this.messages.push(message);
    this.ports.push(...ports);
  }
  kill(): void {
    this.isKilled = true;
    this.emit('exit', 0);
  }
}

interface Sent {
  readonly channel: string;
  readonly ports: readonly FakePort[];
}

class FakeContents extends EventEmitter {
  readonly sent: Sent[] = [];
  openHandler: (() => { action: string }) | undefined;
  postMessage(channel: string, _message: unknown, ports: FakePort[]): void {
    this.sent.push({ channel, ports });
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

export class BrowserWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  url = '';
  focused = 0;
  isShown = false;
  constructor(readonly options: WindowOptions) {
    super();
    fake.windows.push(this);
  }
  loadURL(url: string): Promise<void> {
    this.url = url;
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
  }
  isEdited = false;
  isClosed = false;
  setDocumentEdited(isEdited: boolean): void {
    this.isEdited = isEdited;
  }
  /** As the person does: closed unless somebody prevents it. */
  close(): void {
    let isPrevented = false;
    this.emit('close', { preventDefault: () => (isPrevented = true) });
    if (isPrevented) return;
    this.isClosed = true;
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
  userData = '';
  becomeReady: () => void = () => undefined;
  readonly #ready = new Promise<void>((resolve) => (this.becomeReady = resolve));
  requestSingleInstanceLock(): boolean {
    return this.hasLock;
  }
  quit(): void {
    this.hasQuit = true;
  }
  whenReady(): Promise<void> {
    return this.#ready;
  }
  getAppPath(): string {
    return fake.appPath;
  }
  addRecentDocument(path: string): void {
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
  Object.assign(fake, { appPath: '/program', chosen: { open: [], save: '' }, asked: [], answer: 0 });
}

export const Menu = {
  buildFromTemplate: (template: unknown): unknown => template,
  setApplicationMenu: (menu: unknown): void => void (fake.menu = menu),
};
export const net = { fetch: (url: string): Promise<Response> => Promise.resolve(new Response(`file ${url}`)) };
export const protocol = {
  registerSchemesAsPrivileged: (schemes: typeof fake.schemes): void => void (fake.schemes = schemes),
  handle: (_scheme: string, handler: Handler): void => void (fake.handler = handler),
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
    const child = new FakeProcess(entry, args);
    fake.processes.push(child);
    return child;
  },
};
export const dialog = {
  showOpenDialog: () => Promise.resolve({ filePaths: fake.chosen.open }),
  showMessageBox: (_window: unknown, { message }: { message: string }) => {
    fake.asked.push(message);
    return Promise.resolve({ response: fake.answer });
  },
  showSaveDialog: () => Promise.resolve({ filePath: fake.chosen.save, canceled: fake.chosen.save === '' }),
};
