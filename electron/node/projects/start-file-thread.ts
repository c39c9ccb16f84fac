import { Worker } from 'node:worker_threads';
import { RemoteError } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';
import { createClient } from '#common/rpc/client.ts';
import { threadPort } from '../rpc/thread-port.ts';
import { fileWorkContract } from './file-work-contract.ts';
import type { FileWork } from './file-work-contract.ts';

type Call = (...args: unknown[]) => Promise<unknown>;

/** The work with files on a thread of its own, which is started when it is first needed, and again after it was lost.
 * @param program its file @param dataFolder of the stores
 * @returns services that fail as the work does, and with `files-stopped` when the thread is lost meanwhile */
export function startFileThread(program: string, dataFolder: string): FileWork {
  let thread: FileThread | undefined;
  const current = (): FileThread => {
    if (!thread || thread.isGone) thread = new FileThread(program, dataFolder);
    return thread;
  };
  const members = Object.keys(fileWorkContract.work) as (keyof FileWork)[];
  const calls = members.map((name) => [name, (...args: unknown[]) => current().call(name, args)] as const);
  return Object.fromEntries(calls) as unknown as FileWork; // built from the contract, member by member
}

class FileThread {
  readonly #worker: Worker;
  readonly #work: FileWork;
  #open = 0;
  #isGone = false;

  constructor(program: string, dataFolder: string) {
    this.#worker = new Worker(program, { workerData: { dataFolder }, execArgv: [] });
    this.#worker.unref();
    this.#worker.once('error', () => (this.#isGone = true)); // what waits hears of it when the port closes
    this.#worker.once('exit', () => (this.#isGone = true));
    this.#work = createClient(threadPort(this.#worker), fileWorkContract).work;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** The process lives as long as something is being done, and not for the thread alone. */
  async call(name: keyof FileWork, args: unknown[]): Promise<unknown> {
    if (this.#open++ === 0) this.#worker.ref();
    try {
      return await (this.#work[name] as Call)(...args);
    } catch (error) {
      const isLost = error instanceof RemoteError && error.code === 'connection-lost';
      throw isLost ? hostError('files-stopped') : error;
    } finally {
      if (--this.#open === 0) this.#worker.unref();
    }
  }
}
