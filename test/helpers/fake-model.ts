import type { Capabilities, EditInput, EditModel, EditOptions, EditRun, PreviewBand, RgbImage } from '#models/api';

export interface FakeModelSettings {
  readonly imageSize: number;
  readonly grid: number;
  /** Resolves after each step; a test may hold a run up here. */
  readonly beforeStep?: (step: number, signal?: AbortSignal) => Promise<void> | void;
  /** Id the model chooses for a cell; the default changes every id. */
  readonly choose?: (cell: number, source: number, variant: number) => number;
  readonly onBegin?: (input: EditInput, options: EditOptions) => void;
  /** What `finish` gives instead of the picture of the ids. */
  readonly picture?: (variant: number) => RgbImage;
  readonly unknownWords?: readonly string[];
  readonly temperature?: number; // the model's own; default 1
}

const vocab = 256;

/** A model with known answers: the id of a cell is the mean grey level of its pixels, a picture is every cell filled with its id,
 * and the model answers every source id `s` with `255 - s`, plus the variant. It decides one cell per step. */
export class FakeModel implements EditModel {
  readonly capabilities: Capabilities;
  readonly samplingDefaults: EditModel['samplingDefaults'];
  readonly device = { name: 'cpu', refused: [] } as const;
  isDisposed = false;
  runs = 0;

  constructor(readonly settings: FakeModelSettings = { imageSize: 64, grid: 4 }) {
    const { imageSize, grid, temperature = 1 } = settings;
    this.samplingDefaults = { cfg: 3, temperature, topK: 1000, topP: 1 };
    this.capabilities = { tasks: ['edit', 'canny'], imageSize, grid, vocab, maxVariants: 4 };
  }

  begin(input: EditInput, options: EditOptions, signal?: AbortSignal): Promise<EditRun> {
    signal?.throwIfAborted();
    this.settings.onBegin?.(input, options);
    this.runs++;
    return Promise.resolve(new FakeRun(this.settings, input, options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }
}

class FakeRun implements EditRun {
  readonly totalSteps: number;
  committed = 0;
  readonly sourceIds: Int32Array;
  readonly unknownWords: readonly string[];
  readonly ids: readonly Int32Array[];
  readonly timings = {
    ...{ encodeMs: 1, textMs: 2, prefillMs: 3, firstTokenMs: 4, firstRowMs: 5, decodeMs: 6, tokens: 0 },
    ...{ lockedTokens: 0, msPerToken: 0.5, previewMs: 7, vqMs: 8 },
  };
  readonly #settings: FakeModelSettings;
  readonly #input: EditInput;
  #previewed = 0; // rows

  constructor(settings: FakeModelSettings, input: EditInput, options: EditOptions) {
    this.#settings = settings;
    this.#input = input;
    this.unknownWords = settings.unknownWords ?? [];
    this.sourceIds = greyOfCells(input.image, settings.grid);
    this.totalSteps = settings.grid ** 2;
    this.ids = Array.from({ length: options.variants }, () => new Int32Array(this.totalSteps).fill(-1));
  }

  get etaMs(): number | undefined {
    return this.committed === 0 ? undefined : this.totalSteps - this.committed;
  }

  async step(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#settings.beforeStep?.(this.committed, signal);
    signal?.throwIfAborted();
    const cell = this.committed++;
    const source = this.sourceIds[cell];
    const locked = this.#input.locked?.[cell] ?? null;
    const choose = this.#settings.choose ?? ((_, from, variant) => (255 - from + variant) % vocab);
    this.ids.forEach((ids, variant) => {
      ids[cell] = locked === 'source' ? source : (locked ?? choose(cell, source, variant));
    });
    this.timings[locked === null ? 'tokens' : 'lockedTokens']++;
  }

  preview(): Promise<readonly PreviewBand[]> {
    const { grid } = this.#settings;
    const firstRow = this.#previewed;
    const rows = Math.floor(this.committed / grid) - firstRow;
    if (rows === 0) return Promise.resolve([]);
    this.#previewed += rows;
    return Promise.resolve(
      this.ids.map((ids, variant) => ({ variant, firstRow, rows, image: this.#picture(ids, firstRow, rows) })),
    );
  }

  source(): Promise<RgbImage> {
    return Promise.resolve(this.#picture(this.sourceIds, 0, this.#settings.grid));
  }

  finish(variant: number): Promise<RgbImage> {
    return Promise.resolve(
      this.#settings.picture?.(variant) ?? this.#picture(this.ids[variant], 0, this.#settings.grid),
    );
  }

  #picture(ids: Int32Array, firstRow: number, rows: number): RgbImage {
    const { imageSize, grid } = this.#settings;
    const side = imageSize / grid;
    const data = new Uint8Array(imageSize * rows * side * 3);
    for (let i = 0; i < data.length; i++) {
      const x = Math.floor(i / 3) % imageSize;
      const y = Math.floor(i / 3 / imageSize);
      const cell = (firstRow + Math.floor(y / side)) * grid + Math.floor(x / side);
      data[i] = ids[cell] < 0 ? this.sourceIds[cell] : ids[cell];
    }
    return { width: imageSize, height: rows * side, data };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

function greyOfCells({ width, data }: RgbImage, grid: number): Int32Array {
  const side = width / grid;
  const sums = new Float64Array(grid * grid);
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    sums[Math.floor(y / side) * grid + Math.floor(x / side)] += data[i];
  }
  return Int32Array.from(sums, (sum) => Math.round(sum / (side * side * 3)));
}
