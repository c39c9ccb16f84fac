import type { TokenModel } from '../../decode/next-token.ts';
import type { FloatTensor } from '../../tensor/tensor.ts';
import { imageTokens } from './config.ts';
import type { PrefixCache } from './prefix.ts';

/** How many pictures are decoded and how they are guided. */
export interface GuidanceSettings {
  readonly pictures: number; // variants decoded side by side
  readonly cfg: number; // guidance scale; 1 and below run the conditional half alone
  /** Steps after this one use the conditional logits alone; -1: never (editar.md 5.3). */
  readonly cfgInterval?: number;
}

/** Fewer positions than these cost less as single steps: a run widens the whole cache first, which takes as long as four steps do. */
const shortestRun = 5;

/** Positions of all rows that one run takes: attention writes out the scores of each of them, and a run ends sooner when it is
 * cancelled between two. */
const positionsPerRun = 256;

/** Text rows at the transformer's width, [1, textTokens, dim]. */
export interface TextRows {
  readonly cond: FloatTensor;
  readonly uncond: FloatTensor;
}

/** Predicts the tokens of several pictures from one shared prefix, with classifier-free guidance: batch rows are the
 * conditional halves of all pictures, then the unconditional ones; both halves keep the condition picture. */
export class GuidedDecoder implements TokenModel {
  readonly pictures: number;
  readonly vocab: number;
  readonly #prefix: PrefixCache;
  readonly #settings: GuidanceSettings;

  private constructor(prefix: PrefixCache, settings: GuidanceSettings) {
    this.#prefix = prefix;
    this.#settings = settings;
    this.pictures = settings.pictures;
    this.vocab = prefix.runner.config.vocab;
  }

  /** Prepares picture and prompt. @returns the decoder and the logits [pictures, vocab] of cell 0 */
  static async begin(
    prefix: PrefixCache,
    imageIds: Int32Array,
    text: TextRows,
    settings: GuidanceSettings,
    signal?: AbortSignal,
  ): Promise<{ decoder: GuidedDecoder; logits: Float32Array }> {
    if (prefix.layout.textSlots === 0) return GuidedDecoder.#beginWhole(prefix, imageIds, text, settings, signal);
    await prefix.setImage(imageIds, rowsFor(settings), signal);
    return GuidedDecoder.continue(prefix, text, settings, signal);
  }

  /** The same where the prefix holds its picture already. */
  static async continue(
    prefix: PrefixCache,
    text: TextRows,
    settings: GuidanceSettings,
    signal?: AbortSignal,
  ): Promise<{ decoder: GuidedDecoder; logits: Float32Array }> {
    const decoder = new GuidedDecoder(prefix, settings);
    const { pictures, cfg } = settings;
    const cond = await prefix.setText(0, text.cond, signal);
    for (let row = 1; row < pictures; row++) await prefix.copyText(0, row);
    if (!decoder.#guided) return { decoder, logits: repeat(cond, pictures) };
    const uncond = await prefix.setNoText(pictures, text.uncond, signal);
    for (let row = pictures + 1; row < 2 * pictures; row++) await prefix.copyText(pictures, row);
    const mixed = cond.map((value, i) => uncond[i] + cfg * (value - uncond[i]));
    return { decoder, logits: repeat(mixed, pictures) };
  }

  static async #beginWhole(
    prefix: PrefixCache,
    imageIds: Int32Array,
    text: TextRows,
    settings: GuidanceSettings,
    signal?: AbortSignal,
  ): Promise<{ decoder: GuidedDecoder; logits: Float32Array }> {
    const decoder = new GuidedDecoder(prefix, settings);
    const rows = Array.from({ length: decoder.#rows }, (_, row) => (row < settings.pictures ? text.cond : text.uncond));
    const guide = decoder.#guide(settings.cfg);
    return { decoder, logits: await prefix.setWhole(imageIds, stack(rows), guide, signal) };
  }

  async forward(tokens: readonly Int32Array[], first: number, signal?: AbortSignal): Promise<Float32Array> {
    const count = tokens[0].length;
    const { runner, cache } = this.#prefix;
    const oneByOne = runner.takesRuns ? count < shortestRun : !cache.sliceable;
    if (oneByOne) return this.#forwardInPieces(tokens, first, 1, signal);
    if (count === 1 || runner.takesRuns) return this.#forwardInPieces(tokens, first, positionsPerRun, signal);
    // The attention kernel takes several new positions for one row at a time only.
    const rows: Float32Array[] = [];
    for (const [row, ids] of this.#rowsOf(tokens).entries()) {
      const feed = this.#feed([ids], first, Float32Array.of(1));
      rows.push(await runner.extend(cache, row, feed, { signal }));
    }
    return this.#mixRows(rows, this.#cfgAfter(first + count - 1));
  }

  /** Runs all rows at once, at most `positions` of all of them together at a time, but at least one of each. @returns the last piece's logits */
  async #forwardInPieces(
    tokens: readonly Int32Array[],
    first: number,
    positions: number,
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const { runner, cache } = this.#prefix;
    const count = tokens[0].length;
    const most = Math.max(1, Math.floor(positions / this.#rows));
    let logits: Float32Array = new Float32Array();
    for (let from = 0; from < count; from += most) {
      const to = Math.min(from + most, count);
      const ids = this.#rowsOf(tokens.map((picture) => picture.subarray(from, to)));
      const guide = this.#guide(this.#cfgAfter(first + to - 1));
      logits = await runner.extend(cache, 0, this.#feed(ids, first + from, guide), { signal });
    }
    return logits;
  }

  /** Tokens of every batch row: both halves get the same. */
  #rowsOf(tokens: readonly Int32Array[]): readonly Int32Array[] {
    return this.#guided ? [...tokens, ...tokens] : tokens;
  }

  get #guided(): boolean {
    return this.#settings.cfg > 1;
  }

  get #rows(): number {
    return rowsFor(this.#settings);
  }

  #feed(ids: readonly Int32Array[], first: number, guide: Float32Array) {
    const { layout, runner } = this.#prefix;
    const position = imageTokens(runner.config) + runner.config.textTokens + first;
    return { ids, past: layout.output + first, position, guide };
  }

  /** Guidance for the logits that follow the token of `cell`, which is decode step `cell` of the reference. */
  #cfgAfter(cell: number): number {
    const { cfg, cfgInterval = -1 } = this.#settings;
    return cfgInterval >= 0 && cell > cfgInterval ? 1 : cfg;
  }

  /** [pictures, rows]: η on the picture's conditional row, 1 − η on its unconditional one. */
  #guide(cfg: number): Float32Array {
    const guide = new Float32Array(this.pictures * this.#rows);
    for (let picture = 0; picture < this.pictures; picture++) {
      const start = picture * this.#rows;
      guide[start + picture] = this.#guided ? cfg : 1;
      if (this.#guided) guide[start + this.pictures + picture] = 1 - cfg;
    }
    return guide;
  }

  #mixRows(rows: readonly Float32Array[], cfg: number): Float32Array {
    const logits = new Float32Array(this.pictures * this.vocab);
    for (let picture = 0; picture < this.pictures; picture++) {
      const cond = rows[picture];
      const uncond = this.#guided ? rows[this.pictures + picture] : cond;
      const start = picture * this.vocab;
      for (let i = 0; i < this.vocab; i++) logits[start + i] = uncond[i] + cfg * (cond[i] - uncond[i]);
    }
    return logits;
  }
}

/** Joins rows [1, n, dim] to [rows, n, dim]. */
function stack(rows: readonly FloatTensor[]): FloatTensor {
  const [, count, dim] = rows[0].dims;
  const data = new Float32Array(rows.length * count * dim);
  rows.forEach((row, index) => data.set(row.data, index * count * dim));
  return { dims: [rows.length, count, dim], data };
}

/** Batch rows that decoding takes. */
export const rowsFor = ({ pictures, cfg }: GuidanceSettings): number => pictures * (cfg > 1 ? 2 : 1);

function repeat(row: Float32Array, times: number): Float32Array {
  const repeated = new Float32Array(row.length * times);
  for (let i = 0; i < times; i++) repeated.set(row, i * row.length);
  return repeated;
}
