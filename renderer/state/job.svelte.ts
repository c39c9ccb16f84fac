import type { EngineMessage, OrderMessage } from '#common/contract/edit-order.ts';
import { RemoteError } from '#common/contract/errors.ts';
import { bandBitmap } from '../canvas/band-bitmap.ts';
import { place } from '#common/raster/placement.ts';
import type { Placement } from '#common/raster/placement.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { EditorState } from './editor.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { Problems } from './problems.svelte.ts';

/** Some rows of a picture in progress, and where they belong. */
export interface Band {
  readonly bitmap: ImageBitmap;
  readonly top: number; // px of the model's square
  readonly placement: Placement;
}

export type JobStatus = 'idle' | 'starting' | 'queued' | 'running' | 'cancelling';

interface Running {
  readonly placement: Placement;
  readonly rowHeight: number; // px of the model's square
  id?: string;
}

/** The edit that is under way, from the order to its last message. */
export class JobState {
  status = $state<JobStatus>('idle');
  step = $state(0);
  of = $state(0);
  rows = $state(0); // of cells
  etaMs = $state<number | null>(null);
  announcement = $state(''); // for those who listen instead of look

  isBusy = $derived(this.status !== 'idle');
  progress = $derived(this.of === 0 ? 0 : this.step / this.of);
  row = $derived(Math.floor(this.progress * this.rows));

  /** Called with every decoded band; outside of the state because it passes many times a second. */
  onBand: (band: Band) => void = () => undefined;

  readonly #engine: EngineState;
  readonly #editor: EditorState;
  readonly #problems: Problems;
  #running: Running | undefined;
  #handled = Promise.resolve(); // messages keep their order although pictures take time

  constructor(engine: EngineState, editor: EditorState, problems: Problems) {
    this.#engine = engine;
    this.#editor = editor;
    this.#problems = problems;
  }

  /** Hears a connection until it is lost; what was under way then has failed.
   * @returns ends the subscription */
  listen(): () => void {
    const services = this.#engine.services;
    if (!services) return () => undefined;
    const stop = services.engine.onMessage((message) => {
      this.#handled = this.#handled.then(() => this.#problems.attempt(() => this.#hear(message)));
    });
    return () => {
      stop();
      if (this.#running) this.#fail('engine-stopped', undefined);
    };
  }

  get canRun(): boolean {
    const { current, instruction } = this.#editor;
    return this.#engine.status === 'ready' && !this.isBusy && current !== undefined && instruction.trim() !== '';
  }

  async run(): Promise<void> {
    if (!this.canRun) return;
    const { current, instruction } = this.#editor;
    const { id: model, ready } = this.#engine.model!;
    const { imageSize, grid } = ready!;
    const running: Running = {
      placement: place(current!.bitmap, { kind: 'whole' }, imageSize),
      rowHeight: imageSize / grid,
    };
    this.#problems.clear();
    this.#begin(running, grid);
    try {
      const blob = await this.#editor.upload();
      const { device } = this.#engine.preferred;
      const order = { picture: { blob, name: current!.name }, instruction, model, device, seed: randomSeed() };
      running.id = await this.#engine.require().engine.edit(order);
    } catch (error) {
      if (this.#running === running) this.#end();
      throw error;
    }
  }

  async cancel(): Promise<void> {
    const id = this.#running?.id;
    if (id === undefined || this.status === 'cancelling') return;
    this.status = 'cancelling';
    await this.#engine.require().engine.cancel(id);
  }

  #begin(running: Running, rows: number): void {
    this.#running = running;
    this.status = 'starting';
    [this.step, this.of, this.rows, this.etaMs] = [0, 0, rows, null];
    this.announcement = t('edit.started');
  }

  #end(): void {
    this.#running = undefined;
    this.status = 'idle';
  }

  /** A page runs one job at a time, so what arrives before the order was answered is about it too. */
  async #hear({ job, message }: EngineMessage): Promise<void> {
    const running = this.#running;
    if (!running || (running.id !== undefined && running.id !== job)) return;
    running.id = job;
    await this.#handle(message, running);
  }

  async #handle(message: OrderMessage, running: Running): Promise<void> {
    switch (message.type) {
      case 'queued':
        if (this.status === 'starting') this.status = 'queued';
        return;
      case 'started':
        return;
      case 'progress':
        if (this.status !== 'cancelling') this.status = 'running';
        ({ step: this.step, of: this.of, etaMs: this.etaMs } = message);
        return;
      case 'preview':
        if (message.variant === 0) await this.#showBand(message, running);
        return;
      case 'finished':
        await this.#finish(message);
        return;
      case 'cancelled':
        this.announcement = t('edit.stopped');
        this.#end();
        return;
      case 'failed':
        this.#fail(message.code, message.message);
    }
  }

  async #showBand({ row, rgb, width }: Extract<OrderMessage, { type: 'preview' }>, running: Running): Promise<void> {
    const bitmap = await bandBitmap(rgb, width);
    if (this.#running === running) {
      this.onBand({ bitmap, top: row * running.rowHeight, placement: running.placement });
    }
    bitmap.close();
  }

  async #finish({ pictures, notices = [] }: Extract<OrderMessage, { type: 'finished' }>): Promise<void> {
    try {
      await this.#editor.accept(pictures[0]!.patch);
      this.announcement = t('edit.done');
      for (const notice of notices) this.#problems.notice(notice);
    } finally {
      this.#end();
    }
  }

  #fail(code: string, message: string | undefined): void {
    this.announcement = t('edit.failed');
    this.#problems.report(new RemoteError({ code, message: message ?? code, data: {} }), t('edit.failed'));
    this.#end();
  }
}

const randomSeed = (): number => Math.floor(Math.random() * 2 ** 32);
