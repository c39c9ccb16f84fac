import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { BatchFinished, DeviceLost, BatchMessage, BatchProgress, ItemReport } from '#common/contract/batch.ts';
import type {
  BatchId,
  BatchOrder,
  BatchPlan,
  BatchView,
  DeskMessage,
  FoundBatch,
  ItemFile,
  Revealed,
} from '#common/contract/batch-service.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';
import type { FileHandle } from '#common/contract/documents.ts';
import { AppError } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';
import { parseRecipe } from '#common/contract/recipe.ts';
import type { Unsubscribe } from '#common/rpc/contract.ts';
import { describeFailure } from '../engine/failure.ts';
import { BatchState } from './batch-state.ts';
import type { GrantedFolders } from './granted-folders.ts';
import { ItemFiles } from './item-files.ts';
import type { Reveal, Shelf } from './item-files.ts';
import { readEntries } from './journal.ts';
import { batchFiles } from './report.ts';
import { openBatch, previewBatch } from './run-batch.ts';
import type { BatchServices, BatchWish, OpenedBatch } from './run-batch.ts';

interface Running {
  readonly id: BatchId;
  readonly order: BatchOrder;
  readonly wish: BatchWish;
  readonly opened: OpenedBatch;
  readonly abort: AbortController;
  work: Promise<void>; // ends when nothing is made any more
  status: BatchView['status'];
  progress: BatchProgress | null;
  finished: BatchFinished | null;
  failure: BatchView['failure'];
  lost: DeviceLost[];
}

const keptPlans = 8;
const progressEveryMs = 100;

/** The one batch of this engine, for all its pages: it goes on while pages come and go. */
export class BatchDesk implements AsyncDisposable {
  readonly files: ItemFiles;
  readonly #services: BatchServices;
  readonly #folders: GrantedFolders;
  readonly #listeners = new Set<(message: DeskMessage) => void>();
  readonly #plans = new Map<BatchId, Shelf>();
  #current: Running | undefined;
  #found: Promise<readonly DeviceName[]> | undefined;
  #opening: Promise<void> = Promise.resolve(); // one batch is opened after the other
  #saidProgressAt = -Infinity;

  /** @param reveal left out where the host has no file manager to show files in */
  constructor(services: BatchServices, folders: GrantedFolders, reveal?: Reveal) {
    this.#services = services;
    this.#folders = folders;
    this.files = new ItemFiles(folders, (id) => this.#shelf(id), reveal);
  }

  onMessage(listener: (message: DeskMessage) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looked for once: it takes a moment. */
  async devices(): Promise<DeviceName[]> {
    this.#found ??= this.#services.devices.find();
    return [...new Set<DeviceName>([...(await this.#found), 'cpu'])];
  }

  /** What was found is out of date. */
  findDevicesAnew(): void {
    this.#found = undefined;
  }

  /** @throws AppError `journal-damaged` */
  async find(input: FileHandle, output: FileHandle): Promise<FoundBatch | null> {
    const entries = await readEntries(join(this.#folders.path(output), batchFiles.journal));
    const { run, isEnded, counts } = BatchState.of(entries);
    if (!run || isEnded) return null;
    const { recipe, options, at: startedAt } = run;
    const isOfInput = run.input === resolve(this.#folders.path(input));
    return { recipe, options, startedAt, counts, input: run.input, isOfInput };
  }

  /** @throws AppError as `previewBatch`; the signal's reason */
  async preview(order: BatchOrder, signal: AbortSignal): Promise<BatchPlan> {
    const wish = this.#wish(order);
    const items = new Map<number, ItemReport>();
    const notices: string[] = [];
    let [make, etaMs]: [number, number | null] = [0, null];
    await previewBatch(wish, this.#services, signal, (message) => {
      if (message.type === 'item') items.set(message.index, withoutType(message));
      if (message.type === 'notice') notices.push(message.text);
      if (message.type === 'dry-run') ({ make, etaMs } = message);
    });
    const id = randomUUID() as BatchId;
    this.#plans.set(id, { ...wish, item: (index) => items.get(index) });
    for (const old of [...this.#plans.keys()].slice(0, -keptPlans)) this.#plans.delete(old);
    return { id, items: [...items.values()], make, etaMs, notices };
  }

  /** @throws AppError as `openBatch`; `batch-running` while there is one */
  async start(order: BatchOrder): Promise<void> {
    const opened = this.#opening.then(() => this.#start(order));
    this.#opening = opened.catch(() => undefined);
    await opened;
  }

  view(): BatchView | null {
    if (!this.#current) return null;
    const { id, order, wish, opened, status, progress, finished, failure, lost } = this.#current;
    return {
      ...{ id, recipe: wish.recipe, options: wish.options, status, progress, finished, failure, lost },
      input: this.#folders.folder(order.input),
      output: this.#folders.folder(order.output),
      items: [...opened.batch.state.items],
      waiting: [...opened.batch.runner.waiting],
    };
  }

  pause(): void {
    if (this.#current?.status === 'running') this.#current.opened.batch.runner.pause();
  }

  resume(): void {
    this.#current?.opened.batch.runner.resume();
  }

  /** Resolves when nothing is made any more. */
  async cancel(): Promise<void> {
    const running = this.#current;
    if (!running || !isUnderWay(running)) return; // one that is over can still be asked for more
    running.abort.abort(new DOMException('the batch was cancelled', 'AbortError'));
    await running.work;
  }

  moveBefore(indexes: readonly number[], next: number | null): void {
    const runner = this.#current?.opened.batch.runner;
    if (!runner) return;
    const moved = runner.waiting.filter((index) => indexes.includes(index));
    const others = runner.waiting.filter((index) => !indexes.includes(index));
    const first = next === null ? others.length : Math.max(0, others.indexOf(next)); // one that has begun meanwhile was the first
    for (const [offset, index] of moved.entries()) runner.move(index, first + offset);
    this.#tellOrder();
  }

  /** Makes items once more; a batch that is finished goes on. One that was cancelled makes them when it is resumed.
   * @param seed null: as before @throws AppError when the journal cannot be written */
  async again(indexes: readonly number[], seed: number | null): Promise<void> {
    const running = this.#current;
    if (!running) return;
    const { batch } = running.opened;
    const known = new Map(batch.state.items.map((item) => [item.index, item]));
    for (const index of indexes) {
      const item = known.get(index);
      if (!item || !canBeMadeAgain(item)) continue;
      await batch.runner.again(index, seed ?? item.seed);
    }
    this.#tellOrder();
    if (running.status === 'finished' && batch.runner.waiting.length > 0) this.#run(running);
  }

  /** Leaves out items that wait. @throws AppError when the journal cannot be written */
  async leaveOut(indexes: readonly number[]): Promise<void> {
    for (const index of indexes) await this.#current?.opened.batch.runner.leaveOut(index);
  }

  /** @param variant null: no certain one @throws AppError when journal or reports cannot be written */
  async accept(indexes: readonly number[], accepted: boolean, variant: number | null = null): Promise<void> {
    const running = this.#current;
    if (!running) return;
    const { batch } = running.opened;
    const known = new Map(batch.state.items.map((item) => [item.index, item]));
    for (const index of indexes) {
      const { state, outputs = [] } = known.get(index) ?? {};
      const picked = accepted && variant !== null && variant < outputs.length ? variant : undefined;
      if (state === 'done') await batch.runner.accept(index, accepted, picked);
    }
    if (!isUnderWay(running)) await batch.report();
  }

  /** Forgets a batch that is over. */
  async close(): Promise<void> {
    if (!this.#current || isUnderWay(this.#current)) return;
    await this.#leave();
    this.#tell({ type: 'closed' });
  }

  /** @param file null: the report of the batch @throws AppError `image-unreadable` where there is none yet */
  reveal(file: ItemFile | null): Revealed {
    if (file) return this.files.reveal(file);
    if (this.#current) return this.files.revealPath(join(this.#current.wish.output, batchFiles.csv));
    throw new AppError('image-unreadable', { reason: 'there is no batch' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opening;
    await this.cancel();
    await this.#leave();
  }

  async #start(order: BatchOrder): Promise<void> {
    if (this.#current && isUnderWay(this.#current)) {
      throw new AppError('batch-running', { folder: this.#current.wish.output, pid: process.pid });
    }
    await this.#leave();
    const wish = this.#wish(order);
    const abort = new AbortController();
    const opened = await openBatch(wish, this.#services, abort.signal, (message) => this.#hear(message));
    const fresh = {
      status: 'running',
      progress: null,
      finished: null,
      failure: null,
      work: Promise.resolve(),
    } as const;
    this.#current = { id: randomUUID() as BatchId, order, wish, opened, abort, ...fresh, lost: [] };
    this.#run(this.#current);
    this.#tell({ type: 'opened', batch: this.view()! });
  }

  /** Works until everything is settled, or it cannot go on; then pages are told. */
  #run(running: Running): void {
    const { opened, abort } = running;
    Object.assign(running, { status: 'running', finished: null, failure: null, lost: [] });
    const work = async (): Promise<void> => {
      try {
        await opened.run();
        running.status = 'finished';
        const left = opened.batch.runner.waiting.length; // somebody asked for more at the last moment
        if (left > 0 && !abort.signal.aborted) this.#run(running);
      } catch (error) {
        running.status = abort.signal.aborted ? 'cancelled' : 'failed';
        if (abort.signal.aborted) return;
        running.failure = describeFailure(error);
        this.#tell({ type: 'failed', ...running.failure });
      }
    };
    running.work = work();
  }

  /** Lets go of a batch that is over, and of its output folder. */
  async #leave(): Promise<void> {
    const before = this.#current;
    this.#current = undefined;
    await before?.work;
    await before?.opened[Symbol.asyncDispose]();
  }

  #hear(message: BatchMessage): void {
    const running = this.#current;
    if (message.type === 'progress') {
      if (running) running.progress = message;
      const now = performance.now();
      if (message.running.length > 0 && now - this.#saidProgressAt < progressEveryMs) return;
      this.#saidProgressAt = now;
    }
    if (message.type === 'notice' && !running) return; // of the folder, which the plan has told
    if (running) note(running, message);
    this.#tell(message);
    if (message.type === 'item' && message.state === 'waiting' && message.failure) this.#tellOrder(); // it waits again, as the last
  }

  #tell(message: DeskMessage): void {
    for (const listener of this.#listeners) listener(message);
  }

  #tellOrder(): void {
    const waiting = this.#current?.opened.batch.runner.waiting ?? [];
    this.#tell({ type: 'order', waiting: [...waiting] });
  }

  /** @throws AppError `recipe-invalid` */
  #wish({ input, output, recipe, options, devices, resume }: BatchOrder): BatchWish {
    const parsed = parseRecipe(recipe);
    if ('model' in parsed && parsed.model && /[/\\]/.test(parsed.model.id)) {
      throw hostError('invalid-call', { member: 'batch', reason: 'a model is named by its id' });
    }
    const folders = { input: this.#folders.path(input), output: this.#folders.path(output) };
    return { ...folders, recipe: parsed, options, devices, resume };
  }

  /** Where pictures of a plan or a batch are found. */
  #shelf(id: BatchId): Shelf | undefined {
    const running = this.#current;
    if (running?.id !== id) return this.#plans.get(id);
    const { items } = running.opened.batch.state;
    return { ...running.wish, item: (wanted) => items.find(({ index }) => index === wanted) };
  }
}

/** What was skipped since its file is there stays as it is: it may be somebody else's. */
const canBeMadeAgain = ({ state, reason }: ItemReport): boolean =>
  state === 'done' || state === 'failed' || (state === 'skipped' && reason === 'left-out');

const isUnderWay = ({ status }: Running): boolean => status === 'running' || status === 'paused';

function note(running: Running, message: BatchMessage): void {
  if (message.type === 'paused') running.status = 'paused';
  if (message.type === 'resumed') running.status = 'running';
  if (message.type === 'finished') running.finished = message;
  if (message.type === 'device-lost') running.lost.push(message);
}

function withoutType({ type: _, ...item }: Extract<BatchMessage, { type: 'item' }>): ItemReport {
  return item;
}
