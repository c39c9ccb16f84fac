import type { EditRun, ModelTimings, PreviewBand, RgbImage } from '../../api.ts';
import type { NextTokenRun } from '../../decode/next-token.ts';
import { ModelError } from '../../errors.ts';
import type { HostTensor } from '../../runtime/host-tensor.ts';
import type { VqCodec, WholePicture } from '../../tokenizers/image/vq/codec.ts';

/** What `EditarModel.begin` has measured before decoding starts. */
export interface BeginTimings {
  readonly encodeMs: number;
  readonly textMs: number;
  readonly prefillMs: number;
}

/** What a run works with. */
export interface EditRunParts {
  readonly tokens: NextTokenRun;
  readonly codec: VqCodec;
  readonly grid: number;
  readonly sourceIds: Int32Array;
  readonly unknownWords: readonly string[];
  readonly locked: readonly (number | null)[];
  readonly isSourceBlack: boolean;
  readonly timings: BeginTimings;
  /** The source's own decode, kept per picture. */
  readonly decodeSource: () => Promise<WholePicture>;
  readonly onDispose: () => void;
}

/** Previews may take this share of the time spent decoding, or so much in all, whichever is more: a large model shows a band every
 * few rows, a small one every row. The first band comes at once. */
const previewShare = 0.15;
const freePreviewMs = 600;

/** An edit in progress: decides cells, decodes rows of them meanwhile, and the whole picture in the end. */
export class EditarRun implements EditRun {
  readonly #parts: EditRunParts;
  readonly #chosenCells: number;
  #startedAt = 0;
  #firstTokenMs = 0;
  #firstRowMs = 0;
  #decodeMs = 0;
  #chosen = 0;
  #previewMs = 0;
  #lastPreviewMs = 0;
  #previewedRows = 0;
  #vqMs = 0;

  constructor(parts: EditRunParts) {
    this.#parts = parts;
    this.#chosenCells = parts.locked.filter((id) => id === null).length;
  }

  get totalSteps(): number {
    return this.#parts.tokens.cells;
  }

  get committed(): number {
    return this.#parts.tokens.committed;
  }

  get sourceIds(): Int32Array {
    return this.#parts.sourceIds;
  }

  get unknownWords(): readonly string[] {
    return this.#parts.unknownWords;
  }

  get ids(): readonly Int32Array[] {
    return this.#parts.tokens.ids;
  }

  get etaMs(): number | undefined {
    if (this.committed === this.totalSteps) return 0;
    if (this.#chosen === 0) return undefined;
    return (this.#decodeMs / this.#chosen) * (this.#chosenCells - this.#chosen);
  }

  get timings(): ModelTimings {
    return {
      ...this.#parts.timings,
      firstTokenMs: this.#firstTokenMs,
      firstRowMs: this.#firstRowMs,
      decodeMs: this.#decodeMs,
      tokens: this.#chosen,
      lockedTokens: this.committed - this.#chosen,
      msPerToken: this.#chosen === 0 ? 0 : this.#decodeMs / this.#chosen,
      previewMs: this.#previewMs,
      vqMs: this.#vqMs,
    };
  }

  async step(signal?: AbortSignal): Promise<void> {
    const before = performance.now();
    if (this.#startedAt === 0) this.#startedAt = before;
    const from = this.committed;
    try {
      await this.#parts.tokens.step(signal);
    } finally {
      const now = performance.now();
      this.#decodeMs += now - before;
      for (let cell = from; cell < this.committed; cell++) if (this.#parts.locked[cell] === null) this.#chosen++;
      if (this.#firstTokenMs === 0) this.#firstTokenMs = now - this.#startedAt;
    }
  }

  async preview(): Promise<readonly PreviewBand[]> {
    const { grid } = this.#parts;
    const complete = Math.floor(this.committed / grid);
    const firstRow = this.#previewedRows;
    const isDone = complete === grid; // the final decode follows at once
    const budget = Math.max(freePreviewMs, previewShare * this.#decodeMs);
    const tooCostly = this.#previewMs + this.#lastPreviewMs > budget;
    if (complete === firstRow || isDone || (firstRow > 0 && tooCostly)) return [];
    const { statistics } = await this.#parts.decodeSource();
    const before = performance.now();
    const bands = await this.#decodeBands(firstRow, complete - firstRow, statistics);
    this.#previewedRows = complete;
    this.#lastPreviewMs = performance.now() - before;
    this.#previewMs += this.#lastPreviewMs;
    if (this.#firstRowMs === 0) this.#firstRowMs = performance.now() - this.#startedAt;
    return bands;
  }

  async #decodeBands(firstRow: number, rows: number, statistics: HostTensor): Promise<PreviewBand[]> {
    const { codec, grid } = this.#parts;
    const bands: PreviewBand[] = [];
    for (let variant = 0; variant < this.ids.length; variant++) {
      const image = await codec.decodeBand(this.#filledIds(variant), grid, firstRow, rows, statistics);
      bands.push({ variant, firstRow, rows, image });
    }
    return bands;
  }

  async source(): Promise<RgbImage> {
    return (await this.#parts.decodeSource()).image;
  }

  async finish(variant: number): Promise<RgbImage> {
    const before = performance.now();
    const { image } = await this.#parts.codec.decode(this.#filledIds(variant), this.#parts.grid);
    this.#vqMs += performance.now() - before;
    if (!this.#parts.isSourceBlack && image.data.every((value) => value === 0)) {
      throw new ModelError('bad-output', 'the model painted an entirely black picture');
    }
    return image;
  }

  /** Undecided cells keep the source's ids. */
  #filledIds(variant: number): Int32Array {
    return this.ids[variant].map((id, cell) => (id >= 0 ? id : this.#parts.sourceIds[cell]));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#parts.onDispose();
    return Promise.resolve();
  }
}
