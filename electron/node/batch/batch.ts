import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BatchItem, BatchMessage, Counts } from '#common/contract/batch.ts';
import { AppError } from '#common/contract/errors.ts';
import { canonicalJson, recipeHash } from '#common/contract/recipe.ts';
import { describeFailure } from '../engine/failure.ts';
import { writeFailure } from '../images/atomic-write.ts';
import type { NameFacts } from './batch-plan.ts';
import { BatchLog } from './batch-log.ts';
import { BatchRunner } from './batch-runner.ts';
import { BatchState } from './batch-state.ts';
import { lockFolder } from './folder-lock.ts';
import type { ItemWork } from './item-work.ts';
import { Journal } from './journal.ts';
import type { JournalEntry } from './journal.ts';
import { checkCounts } from './ledger.ts';
import { leftOutWords } from './listing.ts';
import { checkFolders, pictures, planFolder, sweepParts } from './plan-folder.ts';
import type { BatchFolders, FolderPlan, PlannedFolder } from './plan-folder.ts';
import { batchFiles, writeReports } from './report.ts';
import { stopReason } from './stop-reason.ts';

export interface BatchRequest extends BatchFolders {
  readonly resume: boolean; // go on with the unfinished batch of the output folder
  readonly watch?: boolean; // nothing is planned at first: files are added as they come
}

export interface BatchContext {
  readonly version: string; // of the program
  readonly facts: NameFacts;
  readonly work: ItemWork;
  readonly devices?: readonly string[] | undefined; // as the runner takes them
  readonly handedOver?: number | undefined;
  readonly expectedMs?: number | undefined; // per item, as measured before
  readonly signal: AbortSignal;
  readonly say: (message: BatchMessage) => void;
}

type Started = Extract<JournalEntry, { entry: 'started' }>;

/** A batch that is planned and written down, over an output folder that is kept from other batches until it is disposed. */
export class Batch implements AsyncDisposable {
  readonly runner: BatchRunner;
  readonly #request: BatchRequest;
  readonly #context: BatchContext;
  readonly #lock: AsyncDisposable;
  readonly #journal: Journal;
  readonly #state: BatchState;
  readonly #log: BatchLog;

  /** Reads the journal, plans what is new, and writes the plan down.
   * @throws AppError of folders, names and journals; `batch-running`, `batch-mismatch` */
  static async open(request: BatchRequest, context: BatchContext): Promise<Batch> {
    await checkFolders(request);
    await mkdir(request.output).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw writeFailure(request.output, cause);
    });
    const lock = await lockFolder(request.output);
    try {
      const { journal, entries } = await Journal.open(join(request.output, batchFiles.journal));
      const batch = new Batch(request, context, lock, journal, BatchState.of(entries));
      await batch.#plan().catch(async (error: unknown) => {
        await journal[Symbol.asyncDispose]();
        throw error;
      });
      return batch;
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(
    request: BatchRequest,
    context: BatchContext,
    lock: AsyncDisposable,
    journal: Journal,
    state: BatchState,
  ) {
    const { work, signal, expectedMs, devices, handedOver } = context;
    this.#request = request;
    this.#context = context;
    this.#lock = lock;
    this.#journal = journal;
    this.#state = state;
    this.#log = new BatchLog(join(request.output, batchFiles.log));
    const say = (message: BatchMessage): void => this.#say(message);
    const { input, output: outputFolder, recipe, watch = false } = request;
    this.runner = new BatchRunner({
      ...{ outputFolder, variants: pictures(recipe), journal, state, work, signal, say },
      ...{ expectedMs, devices, handedOver },
      stopReason: (error) => stopReason(error, { input, isWatching: watch }),
    });
  }

  get state(): Pick<BatchState, 'items' | 'counts'> {
    return this.#state;
  }

  /** Makes what waits, then writes the reports; also when it is cancelled, or cannot go on.
   * @throws AppError when journal or reports cannot be written, the disk is full or the folder is gone; the signal's reason */
  async run(): Promise<Counts> {
    const { counts } = this.#state;
    const left = counts.in - counts.done - counts.skipped - counts.failed;
    this.#say({ type: 'planned', items: counts.in, etaMs: this.runner.pace.etaMs(left) });
    try {
      await this.runner.run();
    } catch (error) {
      if (this.#context.signal.aborted) await this.#end({ isFinished: false });
      else await this.#stopped(error);
      throw error;
    }
    await this.#end({ isFinished: true });
    return this.#state.counts;
  }

  /** Plans files that came meanwhile, and those once more that failed and are other files now. @param ready files that are whole */
  async addNew(ready: ReadonlySet<string>): Promise<void> {
    const failed = this.#state.items.filter(({ state, input }) => state === 'failed' && ready.has(input));
    const { items } = await this.#planNew((file) => ready.has(file));
    this.runner.enqueue(items.map(({ index }) => index).filter((index) => this.#state.item(index).state === 'waiting'));
    for (const { index, seed } of failed) await this.runner.again(index, seed);
  }

  /** Inputs that could not be made. */
  get failedInputs(): ReadonlySet<string> {
    return new Set(this.#state.items.flatMap(({ state, input }) => (state === 'failed' ? [input] : [])));
  }

  /** Says something to the person and the log. */
  notice(text: string): void {
    this.#say({ type: 'notice', text });
  }

  /** Writes the reports once more, when something was noted after the end. @throws AppError */
  async report(): Promise<void> {
    await this.#writeReports(this.#state.isEnded);
  }

  async #plan(): Promise<void> {
    const { input, recipe, options, resume, watch = false } = this.#request;
    const hash = await recipeHash(recipe);
    const wanted = { input: resolve(input), recipeHash: hash, options };
    const run = this.#state.run;
    if (!run || !resume || !this.#continues(run, wanted)) {
      const at = new Date().toISOString();
      await this.#note({ entry: 'started', version: 1, at, ...wanted, recipe });
    }
    await sweepParts(
      this.#request.output,
      this.#state.items.map((item) => item.output),
    );
    for (const text of leftOutWords(await this.#planNew(watch ? () => false : undefined))) this.notice(text);
    this.runner.enqueue(this.#state.items.filter(({ state }) => state === 'waiting').map(({ index }) => index));
  }

  /** Whether the last run of the journal is the one that is wanted. @throws AppError `batch-mismatch` when it is another and unfinished */
  #continues(run: Started, wanted: Pick<Started, 'input' | 'recipeHash' | 'options'>): boolean {
    const what = (['recipeHash', 'input', 'options'] as const).find(
      (name) => canonicalJson(run[name]) !== canonicalJson(wanted[name]),
    );
    if (what === undefined) return true;
    if (this.#state.isEnded) return false;
    const names = { recipeHash: 'recipe', input: 'folder', options: 'options' };
    throw new AppError('batch-mismatch', { folder: this.#request.output, what: names[what] });
  }

  async #planNew(isReady?: (file: string) => boolean): Promise<FolderPlan> {
    const plan = await planFolder(this.#request, this.#context.facts, plannedOf(this.#state), isReady);
    const skipped = [...plan.exist].map((index) => ({ entry: 'skipped', index, reason: 'exists' }) as const);
    await this.#note(...plan.items.map((item) => ({ entry: 'item', ...item }) as const), ...skipped);
    return plan;
  }

  async #note(...entries: readonly JournalEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.#journal.append(...entries);
    for (const entry of entries) this.#state.apply(entry);
  }

  async #end({ isFinished }: { isFinished: boolean }): Promise<void> {
    const { output } = this.#request;
    const { counts } = this.#state;
    if (isFinished) {
      checkCounts(counts);
      await this.#note({ entry: 'ended', at: new Date().toISOString(), ...counts });
    }
    const { totalMs, busyShare, tokensPerSecond } = this.runner.pace;
    await this.#writeReports(isFinished);
    const at = (name: string): string => join(output, name);
    const files = { report: at(batchFiles.json), csv: at(batchFiles.csv), journal: at(batchFiles.journal) };
    if (isFinished) this.#say({ type: 'finished', ...counts, ...files, totalMs, busyShare, tokensPerSecond });
    else this.#say({ type: 'cancelled', ...counts });
    await this.#log.flushed();
  }

  /** Where the disk is full the report may fail too; the journal has everything. */
  async #stopped(error: unknown): Promise<void> {
    this.#log.note(`stopped: ${describeFailure(error).message}`);
    await this.#writeReports(false).catch(() => undefined);
    await this.#log.flushed();
  }

  async #writeReports(isFinished: boolean): Promise<void> {
    const { recipe, output } = this.#request;
    const { at: startedAt, input, recipeHash: hash } = this.#state.run!; // planning has begun one
    const { items, counts } = this.#state;
    const { totalMs, busyShare, tokensPerSecond } = this.runner.pace;
    await writeReports(output, {
      ...{ program: this.#context.version, startedAt, writtenAt: new Date().toISOString() },
      ...{ input, recipe, recipeHash: hash, counts, isFinished, totalMs, busyShare, tokensPerSecond, items },
    });
  }

  #say(message: BatchMessage): void {
    this.#log.message(message);
    this.#context.say(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log.flushed();
    await this.#journal[Symbol.asyncDispose]();
    await this.#lock[Symbol.asyncDispose]();
  }
}

/** What a folder's plan has to know of what is planned already. */
export function plannedOf(state: BatchState): PlannedFolder {
  const { items } = state;
  return {
    inputs: new Set(items.map(({ input }) => input)),
    outputs: items.map(({ output }) => output),
    made: state.outputs,
    last: Math.max(0, ...items.map(({ index }: BatchItem) => index)),
  };
}
