import { MessageChannelMain, shell, utilityProcess } from 'electron';
import type { MessagePortMain, UtilityProcess } from 'electron';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { FileHandle } from '#common/contract/documents.ts';
import { KeepAwake } from './keep-awake.ts';

export interface EngineProcessConfig {
  readonly entry: string; // the bundled engine
  readonly programFolder: string; // what the engine is told to find its models and version in
}

/** What the engine asks for. */
const zWish = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reveal'), path: z.string() }), // a file to be seen in the system's file manager
  z.object({ type: z.literal('busy'), isBusy: z.boolean() }), // with work that nobody watches
]);

const patienceMs = 1000; // with an engine that is asked to end
const calmMs = 60_000; // an engine that lived this long did not crash because of how it starts
const maxQuickCrashes = 3;
const [shortestRestMs, longestRestMs] = [30_000, 600_000]; // after more of them, twice as long each time

/** The one process that runs models. It is started when the first window wants it and again after a crash; windows are then given a
 * new port, and what they waited for fails with `connection-lost`. */
export class EngineProcess {
  readonly #config: EngineProcessConfig;
  readonly #onRestart: () => void;
  readonly #awake = new KeepAwake();
  readonly #granted = new Map<FileHandle, string>(); // paths; an engine that is started again is told them again
  #process: UtilityProcess | undefined;
  #startedAt = 0;
  #quickCrashes = 0;
  #isStopped = false;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /** @param onRestart called when there is a new process to connect to */
  constructor(config: EngineProcessConfig, onRestart: () => void) {
    this.#config = config;
    this.#onRestart = onRestart;
  }

  /** A port to the engine, for a window. It closes when the engine dies. */
  connect(): MessagePortMain {
    this.#process ??= this.#start();
    const { port1, port2 } = new MessageChannelMain();
    this.#process.postMessage({ type: 'connect' }, [port1]);
    return port2;
  }

  /** Lets the engine read and write a file the person chose. @returns how a page names it */
  grant(path: string): FileHandle {
    const handle = randomUUID() as FileHandle;
    this.#granted.set(handle, path);
    this.#process?.postMessage({ type: 'grant', handle, path });
    return handle;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Ends the engine for good. It is asked first: Windows ends processes without a word, and one that ends so at work leaves its device
   * under suspicion. */
  async end(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#rest);
    const child = this.#process;
    if (!child) return;
    const timer = setTimeout(() => child.kill(), patienceMs);
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.postMessage({ type: 'end' });
    });
    clearTimeout(timer);
  }

  #start(): UtilityProcess {
    const child = utilityProcess.fork(this.#config.entry, [this.#config.programFolder], {
      serviceName: 'EditAR engine',
      stdio: 'inherit',
    });
    this.#startedAt = Date.now();
    child.once('exit', () => this.#exited());
    child.on('error', () => undefined); // `exit` follows; an error that nobody listens to would stop this process too
    child.on('message', (message) => this.#hear(message));
    for (const [handle, path] of this.#granted) child.postMessage({ type: 'grant', handle, path });
    return child;
  }

  #hear(message: unknown): void {
    const wish = zWish.safeParse(message).data;
    if (wish?.type === 'reveal') shell.showItemInFolder(wish.path);
    if (wish?.type === 'busy') this.#awake.set(wish.isBusy);
  }

  /** An engine that dies at once every time is given a rest, longer and longer: starting it for ever would only heat the room, but memory
   * may be free again by and by. */
  #exited(): void {
    this.#process = undefined;
    this.#awake.set(false);
    this.#quickCrashes = Date.now() - this.#startedAt < calmMs ? this.#quickCrashes + 1 : 1;
    if (this.#isStopped) return;
    if (this.#quickCrashes <= maxQuickCrashes) this.#onRestart();
    else this.#rest = setTimeout(() => this.#onRestart(), restAfter(this.#quickCrashes - maxQuickCrashes));
  }
}

/** @param rests how many there were in a row, this one included @returns ms */
const restAfter = (rests: number): number => Math.min(longestRestMs, shortestRestMs * 2 ** (rests - 1));
