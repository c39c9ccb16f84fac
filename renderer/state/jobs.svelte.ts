import type { EngineMessage, OrderMessage, Painting } from '#common/contract/edit-order.ts';
import { RemoteError } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';
import { bandBitmap } from '../canvas/band-bitmap.ts';
import { bandMask, selectionOf } from '../canvas/band-mask.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { Placement } from '#common/raster/placement.ts';
import type { EngineState } from './engine.svelte.ts';
import { Job } from './job.svelte.ts';
import type { Band, JobSubject } from './job.svelte.ts';
import type { Problems } from './problems.svelte.ts';

type Preview = Extract<OrderMessage, { type: 'preview' }>;
type Finished = Extract<OrderMessage, { type: 'finished' }>;

/** The edits of this page: one runs, the others wait in an order a person can change. */
export class JobsState {
  /** Not over yet, in the order they will run. */
  list = $state.raw<readonly Job[]>([]);
  announcement = $state(''); // for those who listen instead of look

  /** The one whose rows are coming, or will be next. */
  current = $derived(this.list.find(({ status }) => status === 'running' || status === 'stopping') ?? this.list[0]);
  waiting = $derived(this.list.filter((job) => job !== this.current));
  isBusy = $derived(this.list.length > 0);

  /** Called with every decoded band; outside of the state because it passes many times a second. */
  readonly #bandListeners = new Set<(band: Band, job: Job) => void>();
  /** Called with what a job made. */
  onPainted: (painting: Painting, job: Job) => void = () => undefined;
  /** Told how fast a model was, in ms for a token, when an edit is finished. */
  onMeasured: (model: string, msPerToken: number) => void = () => undefined;

  readonly #engine: EngineState;
  readonly #problems: Problems;
  readonly #early = new Map<string, OrderMessage[]>(); // of jobs whose order was not answered yet
  #unsent: readonly Job[] = []; // the engine that knew them was lost
  #handled = Promise.resolve(); // messages keep their order although pictures take time
  #count = 0;

  constructor(engine: EngineState, problems: Problems) {
    this.#engine = engine;
    this.#problems = problems;
  }

  /** Hears a connection until it is lost. The edit that was under way then has failed; those that wait are sent again with the next one.
   * @returns ends the subscription */
  listen(): () => void {
    const services = this.#engine.services;
    if (!services) return () => undefined;
    const stop = services.engine.onMessage((message) => {
      this.#handled = this.#handled.then(() => this.#problems.attempt(() => this.#hear(message)));
    });
    void this.#sendAll();
    return () => {
      stop();
      this.#lose();
    };
  }

  /** @returns ends it */
  onBand(listener: (band: Band, job: Job) => void): () => void {
    this.#bandListeners.add(listener);
    return () => this.#bandListeners.delete(listener);
  }

  /** Puts an edit last. @throws RemoteError when the engine does not take it; then there is no job */
  async add(subject: JobSubject): Promise<Job> {
    const job = new Job(this.#count++, subject);
    this.list = [...this.list, job];
    this.announcement = t('edit.started');
    await this.#send(job);
    return job;
  }

  async #send(job: Job): Promise<void> {
    try {
      job.id = await this.#engine.require().engine.edit(job.subject.order);
    } catch (error) {
      this.#remove(job);
      throw error;
    }
    const early = this.#early.get(job.id) ?? [];
    this.#early.delete(job.id);
    if (!this.list.includes(job)) return await this.cancel(job); // abandoned meanwhile
    for (const message of early) await this.#handle(message, job);
  }

  /** Those that waited when the engine was lost, in their order. */
  async #sendAll(): Promise<void> {
    const jobs = this.#unsent;
    this.#unsent = [];
    for (const job of jobs) await this.#problems.attempt(() => this.#send(job));
  }

  /** Ends all of them and keeps nothing: the picture they are for is gone. */
  abandon(): void {
    const abandoned = this.list;
    [this.list, this.#unsent] = [[], []];
    for (const job of abandoned) void this.#problems.follow(() => this.cancel(job));
  }

  /** Ends a job; a running one keeps the rows it has. */
  async stop(job: Job | undefined = this.current): Promise<void> {
    if (!job || job.status === 'stopping') return;
    if (job.id === undefined) return this.#remove(job); // cancelled as soon as the engine has it
    if (job.status === 'running') job.status = 'stopping';
    await this.#engine.require().engine.stop(job.id);
  }

  /** Ends a job and keeps nothing of it. One that the engine does not have yet is cancelled there as soon as it has it. */
  async cancel(job: Job): Promise<void> {
    if (job.id === undefined) this.#remove(job);
    else await this.#engine.require().engine.cancel(job.id);
  }

  /** Takes all that wait out of the queue. @returns what they were about, in their order, to be added again */
  async removeWaiting(): Promise<readonly JobSubject[]> {
    const removed = this.waiting;
    for (const job of removed.toReversed()) await this.cancel(job); // the last first, so that none of them gets its turn meanwhile
    return removed.map(({ subject }) => subject);
  }

  /** Puts a waiting job at another place among those that wait. @param place 0 is next */
  async move(job: Job, place: number): Promise<void> {
    const others = this.waiting.filter((other) => other !== job);
    if (job.id === undefined || others.length === this.waiting.length) return;
    const next = others[place];
    const order = [...others.slice(0, place), job, ...others.slice(place)];
    this.list = this.current ? [this.current, ...order] : order;
    await this.#engine.require().engine.moveBefore(job.id, next?.id ?? null);
  }

  async #hear({ job: id, message }: EngineMessage): Promise<void> {
    const job = this.list.find((other) => other.id === id);
    if (job) return await this.#handle(message, job);
    if (this.list.some((other) => other.id === undefined))
      this.#early.set(id, [...(this.#early.get(id) ?? []), message]);
  }

  async #handle(message: OrderMessage, job: Job): Promise<void> {
    if (message.type === 'preview') return await this.#showBand(message, job);
    const painting = job.hear(message);
    if (message.type === 'started') {
      this.#problems.forgetResult();
      await this.#prepareBands(job, message.placement);
    }
    if (painting) this.onPainted(painting, job);
    if (message.type === 'finished') this.#finish(message);
    if (job.isOver) this.#end(job);
  }

  #finish({ notices = [], model, timings }: Finished): void {
    for (const notice of notices) this.#problems.noteResult(notice);
    this.onMeasured(model, timings.msPerToken);
  }

  /** Rows of an edit with a selection are shown where they will be put back. */
  async #prepareBands(job: Job, placement: Placement): Promise<void> {
    const { selection } = job.subject.order;
    if (!selection || this.#bandListeners.size === 0) return;
    const { blobs } = this.#engine.require();
    const mask = await selectionOf(selection, placement.image, (id) => blobs.get(id));
    job.bandMask = await bandMask(mask, placement);
  }

  async #showBand({ variant, row, rgb, width, decodedAt }: Preview, job: Job): Promise<void> {
    const { placement, grid, bandMask: mask } = job;
    if (!placement || this.#bandListeners.size === 0) return;
    const top = (row * placement.modelSize) / grid;
    const bitmap = await bandBitmap(rgb, width, mask, top);
    const band = { bitmap, variant, top, placement, part: mask?.bounds, corner: job.subject.canvas, decodedAt };
    if (!job.isOver) for (const listener of this.#bandListeners) listener(band, job);
    bitmap.close();
  }

  #end(job: Job): void {
    this.#remove(job);
    if (job.failure) this.#problems.report(new RemoteError(job.failure));
    this.announcement = t(endWords[job.status as keyof typeof endWords]);
  }

  #remove(job: Job): void {
    this.#unsent = this.#unsent.filter((other) => other !== job);
    this.list = this.list.filter((other) => other !== job);
  }

  /** The first may be what made the engine stop, so it is not tried again by itself. */
  #lose(): void {
    const [first, ...others] = this.list.filter(({ id }) => id !== undefined);
    this.#early.clear();
    if (!first) return;
    for (const job of others) job.wait();
    this.#unsent = others;
    first.status = 'failed';
    this.list = others;
    this.announcement = t('edit.failed');
    this.#problems.report(hostError('engine-stopped'));
  }
}

const endWords = {
  finished: 'edit.done',
  stopped: 'edit.kept',
  cancelled: 'edit.stopped',
  failed: 'edit.failed',
} as const;
