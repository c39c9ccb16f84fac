import type { KvCache } from '../../runtime/kv-cache.ts';
import type { FloatTensor } from '../../tensor/tensor.ts';
import { imageTokens } from './config.ts';
import type { TransformerConfig } from './config.ts';
import type { Feed, TransformerRunner } from './transformer-runner.ts';

/** Cache positions where things lie. */
export interface CacheLayout {
  readonly text: number; // first text position
  readonly output: number; // position of output cell 0
  readonly capacity: number;
}

/** With the text collapsed to one slot, outputs follow it directly. The last cell is never fed. */
export function cacheLayout(config: TransformerConfig, collapsed: boolean): CacheLayout {
  const text = imageTokens(config);
  const output = text + (collapsed ? 1 : config.textTokens);
  return { text, output, capacity: Math.max(text + config.textTokens, output + imageTokens(config) - 1) };
}

/** Replaces the text positions of a row by their mean value and a zero key. */
export function collapseText(cache: KvCache, row: number, config: TransformerConfig): void {
  const { heads, textTokens } = config;
  const size = config.dim / heads;
  const text = imageTokens(config);
  const sums = new Float64Array(size);
  for (let layer = 0; layer < cache.layers; layer++) {
    const { key, value } = cache.layer(layer);
    const rounds = !(value instanceof Float32Array);
    for (let head = 0; head < heads; head++) {
      const start = ((row * heads + head) * cache.capacity + text) * size;
      sums.fill(0);
      for (let i = 0; i < textTokens * size; i++) sums[i % size] += Number(value[start + i]);
      for (let i = 0; i < size; i++) {
        const mean = sums[i] / textTokens;
        value[start + i] = rounds ? Math.round(mean) : mean;
        key[start + i] = 0;
      }
    }
  }
}

/** What is known of the text half without a prompt: equal for every prompt on one picture. */
interface Unconditional {
  /** Value of the collapsed text slot, [layers][dim]. */
  readonly slot: readonly (Float32Array | Int8Array)[];
  readonly logits: Float32Array; // [vocab] of cell 0
}

/** One cache whose rows all begin with the same condition picture. The picture is computed once, in row 0, and stays for the
 * next prompt; so does the unconditional half (editar.md 5.6). */
export class PrefixCache implements Disposable {
  #cache: KvCache | undefined;
  #imageIds: Int32Array | undefined;
  #filledRows = 0;
  #unconditional: Unconditional | undefined;

  constructor(
    readonly runner: TransformerRunner,
    readonly layout: CacheLayout,
  ) {}

  get cache(): KvCache {
    return this.#cache!;
  }

  /** Whether these condition ids are the ones the cache begins with. */
  holds(ids: Int32Array): boolean {
    return this.#imageIds?.length === ids.length && this.#imageIds.every((id, i) => id === ids[i]);
  }

  /** Makes `rows` rows begin with the picture. */
  async setImage(ids: Int32Array, rows: number, signal?: AbortSignal): Promise<void> {
    if (!this.#cache || this.#cache.rows < rows) await this.#grow(rows);
    if (!this.holds(ids)) {
      await this.#begin({ ids: [ids] }, signal);
      this.#imageIds = ids.slice();
    }
    await this.#fillRows(rows);
  }

  /** Makes `rows` rows begin with ready-made rows [1, imageTokens, dim] instead of a picture (input mode 0, editar.md 5.1). */
  async setRows(embeddings: FloatTensor, rows: number, signal?: AbortSignal): Promise<void> {
    if (!this.#cache || this.#cache.rows < rows) await this.#grow(rows);
    await this.#begin({ embeddings }, signal);
    await this.#fillRows(rows);
  }

  async #begin(content: Pick<Feed, 'ids' | 'embeddings'>, signal?: AbortSignal): Promise<void> {
    this.#imageIds = undefined;
    this.#unconditional = undefined;
    await this.runner.begin(this.cache, 0, { ...content, position: 0, guide: Float32Array.of(1) }, { signal });
    this.#filledRows = 1;
  }

  async #fillRows(rows: number): Promise<void> {
    for (; this.#filledRows < rows; this.#filledRows++) {
      await this.cache.copyPositions(0, this.#filledRows, 0, this.layout.text);
    }
  }

  /** Puts a prompt after the picture in one row, collapsed to one slot. @returns logits [vocab] of cell 0 */
  async setText(row: number, hidden: FloatTensor, signal?: AbortSignal): Promise<Float32Array> {
    const { text } = this.layout;
    const feed = { embeddings: hidden, past: text, position: text, guide: Float32Array.of(1) };
    const logits = await this.runner.extend(this.cache, row, feed, { signal });
    collapseText(this.cache, row, this.runner.config);
    return logits;
  }

  /** Puts the empty prompt after the picture in one row; computed once per picture. @returns logits [vocab] of cell 0 */
  async setNoText(row: number, hidden: FloatTensor, signal?: AbortSignal): Promise<Float32Array> {
    if (this.#unconditional) {
      this.#writeSlot(row, this.#unconditional.slot);
      return this.#unconditional.logits;
    }
    const logits = await this.setText(row, hidden, signal);
    this.#unconditional = { slot: this.#readSlot(row), logits };
    return logits;
  }

  /** Copies the text slot of one row to another. */
  copyText(from: number, to: number): Promise<void> {
    return this.cache.copyPositions(from, to, this.layout.text, 1);
  }

  [Symbol.dispose](): void {
    this.#cache?.[Symbol.dispose]();
    this.#cache = undefined;
    this.#imageIds = undefined;
  }

  /** A larger cache takes over the picture of the smaller one. */
  async #grow(rows: number): Promise<void> {
    const old = this.#cache;
    const grown = this.runner.session.createCache(rows, this.layout.capacity);
    if (old && this.#imageIds) await grown.copyFrom(old, 0, 0, 0, this.#imageIds.length);
    this.#filledRows = Math.min(this.#filledRows, 1);
    this.#cache = grown;
    old?.[Symbol.dispose]();
  }

  #readSlot(row: number): (Float32Array | Int8Array)[] {
    return this.#slots(row).map((slot) => {
      const copy = slot[0].constructor === Int8Array ? new Int8Array(this.#dim) : new Float32Array(this.#dim);
      slot.forEach((part, head) => copy.set(part, head * part.length));
      return copy;
    });
  }

  #writeSlot(row: number, slot: readonly (Float32Array | Int8Array)[]): void {
    this.#slots(row).forEach((parts, layer) => {
      parts.forEach((part, head) => part.set(slot[layer].subarray(head * part.length, (head + 1) * part.length)));
    });
    for (let layer = 0; layer < this.cache.layers; layer++) this.#zeroKey(row, layer);
  }

  get #dim(): number {
    return this.runner.config.dim;
  }

  /** The text slot's values in the cache, [layers][heads] views of headDim. */
  #slots(row: number): (Float32Array | Int8Array)[][] {
    return Array.from({ length: this.cache.layers }, (_, layer) =>
      this.#headViews(this.cache.layer(layer).value as Float32Array | Int8Array, row),
    );
  }

  #zeroKey(row: number, layer: number): void {
    for (const part of this.#headViews(this.cache.layer(layer).key as Float32Array | Int8Array, row)) part.fill(0);
  }

  #headViews(values: Float32Array | Int8Array, row: number): (Float32Array | Int8Array)[] {
    const { heads, dim } = this.runner.config;
    const size = dim / heads;
    return Array.from({ length: heads }, (_, head) => {
      const start = ((row * heads + head) * this.cache.capacity + this.layout.text) * size;
      return values.subarray(start, start + size);
    });
  }
}
