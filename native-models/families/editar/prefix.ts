import type { KvCache } from '../../runtime/kv-cache.ts';
import type { FloatTensor } from '../../tensor/tensor.ts';
import { yieldToEventLoop } from '../../tensor/yield.ts';
import type { TransformerConfig } from './config.ts';
import type { CacheLayout } from './cache-layout.ts';
import type { Feed, TransformerRunner } from './transformer-runner.ts';

/** Replaces the text positions of a row by one slot with their mean value and a zero key, layer by layer with pauses. */
async function collapseText(
  cache: KvCache,
  row: number,
  layout: CacheLayout,
  config: TransformerConfig,
): Promise<void> {
  const { heads, textTokens } = config;
  const size = config.dim / heads;
  const means = new Float64Array(size);
  for (let layer = 0; layer < cache.layers; layer++) {
    const { key, value } = cache.layer(layer);
    for (let head = 0; head < heads; head++) {
      const start = ((row * heads + head) * cache.capacity + layout.text) * size;
      means.fill(0);
      for (let i = 0; i < textTokens * size; i++) means[i % size] += Number(value[start + i]) / textTokens;
      for (let i = 0; i < size; i++) {
        value[start + i] = means[i];
        key[start + i] = 0;
      }
    }
    await yieldToEventLoop();
  }
}

/** What is known of the text half without a prompt: equal for every prompt on one picture. */
interface Unconditional {
  /** Mean values of its text, [layers · dim]. */
  readonly values: Float32Array;
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

  /** Fills rows with picture and text in one run, each row its own text, sharing nothing: for caches in device memory, where rows
   * can neither be copied nor run alone. Text positions are all kept.
   * @param text [rows, textTokens, dim] @param guide [pictures, rows] @returns logits [pictures, vocab] of cell 0 */
  async setWhole(ids: Int32Array, text: FloatTensor, guide: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
    const rows = text.dims[0];
    if (this.#cache?.rows !== rows) {
      this.#cache?.[Symbol.dispose]();
      this.#cache = this.runner.session.createCache(rows, this.layout.capacity);
    }
    const feed = { ids: new Array<Int32Array>(rows).fill(ids), embeddings: text, position: 0, guide };
    return this.runner.begin(this.#cache, 0, feed, { signal });
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
    if (this.runner.takesRuns) return this.runner.extendByText(this.cache, row, feed, { signal });
    const logits = await this.runner.extend(this.cache, row, feed, { signal });
    if (this.layout.textSlots > 0) await collapseText(this.cache, row, this.layout, this.runner.config);
    return logits;
  }

  /** Puts the empty prompt after the picture in one row; computed once per picture. @returns logits [vocab] of cell 0 */
  async setNoText(row: number, hidden: FloatTensor, signal?: AbortSignal): Promise<Float32Array> {
    if (this.#unconditional) {
      this.#writeText(row, this.#unconditional.values);
      return this.#unconditional.logits;
    }
    const logits = await this.setText(row, hidden, signal);
    if (this.layout.textSlots > 0) this.#unconditional = { values: this.#readText(row), logits };
    return logits;
  }

  /** Copies the text of one row to another. */
  copyText(from: number, to: number): Promise<void> {
    const { text, output } = this.layout;
    if (this.runner.takesRuns) this.runner.setTextValues(to, this.runner.textValues(from));
    return this.cache.copyPositions(from, to, text, output - text);
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

  #readText(row: number): Float32Array {
    if (this.runner.takesRuns) return this.runner.textValues(row);
    const { dim, layers } = this.runner.config;
    const values = new Float32Array(layers * dim);
    this.#eachSlot(row, ({ value }, at) => values.set(value, at));
    return values;
  }

  #writeText(row: number, values: Float32Array): void {
    if (this.runner.takesRuns) {
      this.runner.setTextValues(row, values);
      return;
    }
    this.#eachSlot(row, ({ key, value }, at) => {
      value.set(values.subarray(at, at + value.length));
      key.fill(0);
    });
  }

  /** A row's collapsed text in each layer and head, [headDim], and where it lies in [layers · dim]. */
  #eachSlot(row: number, each: (slot: { key: Float32Array; value: Float32Array }, at: number) => void): void {
    const { heads, dim } = this.runner.config;
    const size = dim / heads;
    for (let layer = 0; layer < this.cache.layers; layer++) {
      const { key, value } = this.cache.layer(layer) as Record<'key' | 'value', Float32Array>;
      for (let head = 0; head < heads; head++) {
        const start = ((row * heads + head) * this.cache.capacity + this.layout.text) * size;
        const slot = (values: Float32Array) => values.subarray(start, start + size);
        each({ key: slot(key), value: slot(value) }, layer * dim + head * size);
      }
    }
  }
}
