import { canny, thresholdScales } from '#models/maps';
import type { EngineMessage, OrderMessage, Patch } from '#common/contract/edit-order.ts';
import { RemoteError } from '#common/contract/errors.ts';
import { isBlocking } from '#common/maps/check-map.ts';
import type { ConditionMap, MapKind } from '#common/maps/condition-map.ts';
import { fidelityOf } from '#common/maps/fidelity.ts';
import type { Fidelity } from '#common/maps/fidelity.ts';
import { resampleMap } from '#common/maps/resample-map.ts';
import { bandBitmap } from '../canvas/band-bitmap.ts';
import { patchPicture } from '../canvas/patch-picture.ts';
import { t } from '../i18n/i18n.svelte.ts';
import { pixelsOf } from '../maps/picture-pixels.ts';
import type { EngineState } from './engine.svelte.ts';
import type { MapsState, OpenMap } from './maps.svelte.ts';
import type { Problems } from './problems.svelte.ts';

/** A picture painted from a map, with everything that paints it again. */
export interface PaintedPicture {
  readonly bitmap: ImageBitmap;
  readonly png: Uint8Array;
  readonly map: ConditionMap; // as the model was given it
  readonly description: string;
  readonly seed: number;
  readonly variant: number;
  readonly canny: OpenMap['canny'];
  fidelity?: Fidelity; // measured when it is asked for
}

/** Some rows of a picture in progress. */
export interface MapBand {
  readonly bitmap: ImageBitmap;
  readonly top: number; // share of the picture's height
  readonly height: number; // the same
}

interface Running {
  readonly map: ConditionMap;
  readonly description: string;
  readonly seed: number;
  readonly canny: OpenMap['canny'];
  id?: string;
  rows: number; // of cells
}

/** What edges that were painted by hand are compared with: those EditAR was trained with. */
const ownDetector = { detector: 'editar', thresholds: thresholdScales.editar.defaults } as const;

/** Paints pictures from the map on the workbench. */
export class MapPainting {
  description = $state('');
  cfg = $state(3);
  variants = $state(1);
  seed = $state<number>(); // undefined: another one each time
  status = $state<'idle' | 'starting' | 'queued' | 'running' | 'cancelling'>('idle');
  step = $state(0);
  of = $state(0);
  etaMs = $state<number | null>(null);
  pictures = $state.raw<readonly PaintedPicture[]>([]);
  shown = $state(0); // index of the picture that is looked at
  announcement = $state(''); // for those who listen instead of look

  isBusy = $derived(this.status !== 'idle');
  picture = $derived(this.pictures[this.shown]);
  /** Called with bands of the first variant. */
  onBand: (band: MapBand) => void = () => undefined;

  readonly #engine: EngineState;
  readonly #maps: MapsState;
  readonly #problems: Problems;
  #running: Running | undefined;
  #handled = Promise.resolve(); // messages keep their order although pictures take time

  constructor(engine: EngineState, maps: MapsState, problems: Problems) {
    this.#engine = engine;
    this.#maps = maps;
    this.#problems = problems;
  }

  /** Hears a connection until it is lost. @returns ends the subscription */
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
    const isFit = this.#maps.open !== undefined && !this.#maps.findings.some(isBlocking);
    return isFit && this.#engine.status === 'ready' && !this.isBusy;
  }

  async run(): Promise<void> {
    if (!this.canRun) return;
    const { canny: how } = this.#maps.open!;
    const { id: model, ready } = this.#engine.model!;
    const { description, cfg, variants } = this;
    const seed = this.seed ?? Math.floor(Math.random() * 2 ** 32);
    const map = this.#maps.forModel(ready!.imageSize);
    const running: Running = {
      map,
      description,
      seed,
      canny: how,
      rows: ready!.grid,
    };
    this.#begin(running);
    try {
      const services = this.#engine.require();
      const blob = await services.blobs.put(await services.maps.write(running.map));
      const order = { picture: { blob, name: `map.${map.kind}.png` }, task: map.kind, instruction: description };
      running.id = await services.engine.edit({ ...order, model, seed, variants, sampling: { cfg } });
    } catch (error) {
      if (this.#running === running) this.#end();
      throw error;
    }
  }

  /** Opens the embedded model's own map of a kind, with words for it. */
  async openExample(kind: MapKind): Promise<void> {
    const services = this.#engine.require();
    const sample = (await services.models.samples()).find(({ task }) => task === kind);
    if (!sample) throw new Error(t('maps.noExample'));
    await this.#maps.read(await services.blobs.get(sample.blob), kind);
    this.description = sample.instructions[0] ?? '';
  }

  async cancel(): Promise<void> {
    const id = this.#running?.id;
    if (id === undefined || this.status === 'cancelling') return;
    this.status = 'cancelling';
    await this.#engine.require().engine.cancel(id);
  }

  /** Finds the map of a painted picture and compares it with the one it was painted from. Depth and classes need an installed network. */
  async measure(picture: PaintedPicture): Promise<void> {
    const found = await this.#found(picture);
    const { width, height } = picture.map;
    const fidelity = fidelityOf(picture.map, resampleMap(found, { width, height }));
    this.pictures = this.pictures.map((each) => (each === picture ? { ...each, fidelity } : each));
  }

  /** Whether something here can find maps of a kind. */
  canMeasure(kind: MapKind): boolean {
    return kind === 'canny' || this.#engine.models?.some(({ maps, ready }) => maps === kind && ready) === true;
  }

  async #found({ map, bitmap, png, canny: how = ownDetector }: PaintedPicture): Promise<ConditionMap> {
    const { width, height } = bitmap;
    if (map.kind === 'canny') {
      return { kind: 'canny', width, height, data: canny(pixelsOf(bitmap), how.detector, how.thresholds) };
    }
    const services = this.#engine.require();
    return (await services.maps.extract(await services.blobs.put(png), map.kind)).map;
  }

  #begin(running: Running): void {
    this.#problems.clear();
    this.#running = running;
    this.status = 'starting';
    [this.step, this.of, this.etaMs] = [0, 0, null];
    this.announcement = t('edit.started');
  }

  #end(): void {
    this.#running = undefined;
    this.status = 'idle';
  }

  async #hear({ job, message }: EngineMessage): Promise<void> {
    const running = this.#running;
    if (running && running.id === job) await this.#handle(message, running);
  }

  async #handle(message: OrderMessage, running: Running): Promise<void> {
    switch (message.type) {
      case 'queued':
        this.status = 'queued';
        return;
      case 'started':
        running.rows = message.grid;
        return;
      case 'progress':
        if (this.status !== 'cancelling') this.status = 'running';
        ({ step: this.step, of: this.of, etaMs: this.etaMs } = message);
        return;
      case 'preview':
        if (message.variant === 0) await this.#showBand(message, running);
        return;
      case 'finished':
        await this.#finish(message, running);
        return;
      case 'cancelled':
        this.announcement = t('edit.stopped');
        this.#end();
        return;
      case 'failed':
        this.#fail(message.code, message.message);
    }
  }

  async #showBand({ row, rows, rgb, width }: Extract<OrderMessage, { type: 'preview' }>, running: Running) {
    const bitmap = await bandBitmap(rgb, width);
    this.onBand({ bitmap, top: row / running.rows, height: rows / running.rows });
  }

  async #finish({ pictures, notices = [] }: Extract<OrderMessage, { type: 'finished' }>, running: Running) {
    const { map, description, seed, canny: how } = running;
    try {
      const painted: PaintedPicture[] = [];
      for (const { patch, variant } of pictures)
        if (patch) painted.push({ ...(await this.#picture(patch)), map, description, seed, variant, canny: how });
      this.pictures = [...painted, ...this.pictures];
      this.shown = 0;
      if (painted.length > 0) this.#maps.settings.view = 'result';
      this.announcement = t('edit.done');
      for (const notice of notices) this.#problems.notice(notice);
    } finally {
      this.#end();
    }
  }

  async #picture(patch: Patch): Promise<{ bitmap: ImageBitmap; png: Uint8Array }> {
    const { blobs } = this.#engine.require();
    const canvas = await patchPicture(patch, (id) => blobs.get(id));
    const png = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return { bitmap: await createImageBitmap(canvas), png };
  }

  #fail(code: string, message: string | undefined): void {
    this.announcement = t('edit.failed');
    this.#problems.report(new RemoteError({ code, message: message ?? code, data: {} }), t('edit.failed'));
    this.#end();
  }
}
