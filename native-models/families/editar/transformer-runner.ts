import type { KvCache } from '../../runtime/kv-cache.ts';
import type { DecoderSession } from '../../runtime/decoder-session.ts';
import type { HostTensor } from '../../runtime/host-tensor.ts';
import type { RunOptions } from '../../runtime/session.ts';
import type { FloatTensor } from '../../tensor/tensor.ts';
import type { CacheLayout } from './cache-layout.ts';
import { masked } from './config.ts';
import type { TransformerConfig } from './config.ts';

/** New positions of some batch rows. */
export interface Feed {
  /** [rows][ids], or nothing. */
  readonly ids?: readonly Int32Array[];
  /** [rows, count, dim] ready-made rows, or nothing. */
  readonly embeddings?: FloatTensor;
  /** Cache positions filled before. */
  readonly past: number;
  /** Row of the rotary tables of the first new position. */
  readonly position: number;
  /** [pictures, rows] mix of batch rows, row-major. */
  readonly guide: Float32Array;
}

/** Runs new positions through the transformer and returns the guided logits. */
export class TransformerRunner {
  readonly #quantised: boolean;
  /** Of an int8 cache's keys and values, [2 · layers, heads, 1, headDim]. */
  #scales: HostTensor;
  /** Mean value of each row's text, [layers · dim]; over an int8 cache only. */
  readonly #textValues: Float32Array[] = [];

  constructor(
    readonly session: DecoderSession,
    readonly config: TransformerConfig,
    readonly layout: CacheLayout,
  ) {
    this.#quantised = session.inputs.some(({ name }) => name === 'is_first');
    this.#scales = unitScales(config);
  }

  /** Fills the cache from its beginning and, where it is int8, measures its scales. @returns logits [pictures, vocab] */
  async begin(
    cache: KvCache,
    firstRow: number,
    feed: Omit<Feed, 'past'>,
    options: RunOptions = {},
  ): Promise<Float32Array> {
    const wanted = this.#quantised ? ['logits', 'scales_out'] : ['logits'];
    const outputs = await this.#run(cache, firstRow, { ...feed, past: 0 }, wanted, options);
    if (this.#quantised) this.#scales = outputs.scales_out;
    return outputs.logits.data as Float32Array;
  }

  /** Appends the whole text to one row whose cache keeps no text but its mean value. @returns logits [1, vocab] */
  async extendByText(cache: KvCache, row: number, feed: Feed, options: RunOptions = {}): Promise<Float32Array> {
    const { logits, text_values_out: values } = await this.#run(
      cache,
      row,
      { ...feed, isText: true },
      ['logits', 'text_values_out'],
      options,
    );
    this.setTextValues(row, values.data as Float32Array);
    return logits.data as Float32Array;
  }

  /** Mean value of a row's text in every layer, [layers · dim]. */
  textValues(row: number): Float32Array {
    return this.#textValues[row];
  }

  setTextValues(row: number, values: Float32Array): void {
    this.#textValues[row] = values;
  }

  /** Appends to rows of a cache that `begin` has filled. @returns logits [pictures, vocab] */
  async extend(cache: KvCache, firstRow: number, feed: Feed, options: RunOptions = {}): Promise<Float32Array> {
    const outputs = await this.#run(cache, firstRow, feed, ['logits'], options);
    return outputs.logits.data as Float32Array;
  }

  #run(
    cache: KvCache,
    firstRow: number,
    feed: Feed & { readonly isText?: boolean },
    fetch: readonly string[],
    options: RunOptions,
  ): Promise<Record<string, HostTensor>> {
    const { config } = this;
    const idCount = feed.ids?.[0].length ?? 0;
    const rows = feed.ids?.length ?? feed.embeddings!.dims[0];
    const added = feed.embeddings?.dims[1] ?? 0;
    const count = idCount + added;
    const total = feed.past + count;
    const feeds: Record<string, HostTensor> = {
      input_ids: { dtype: 'i64', dims: [rows, idCount], data: joinIds(feed.ids ?? [], rows * idCount) },
      embeddings: {
        dtype: 'f32',
        dims: [rows, added, config.dim],
        data: feed.embeddings?.data ?? new Float32Array(0),
      },
      position_ids: { dtype: 'i64', dims: [rows, count], data: positionIds(rows, count, feed.position) },
      seqlens_k: { dtype: 'i32', dims: [rows], data: new Int32Array(rows).fill(total - 1) },
      total_sequence_length: { dtype: 'i32', dims: [], data: Int32Array.of(total) },
      attention_bias: { dtype: 'f32', dims: [1, 1, count, total], data: this.#bias(count, total, feed.past) },
      guide: { dtype: 'f32', dims: [feed.guide.length / rows, rows], data: feed.guide },
      ...(this.#quantised && {
        is_first: flag(feed.past === 0),
        is_text: flag(feed.isText === true),
        text_values: this.#textOfRows(firstRow, rows),
        scales: this.#scales,
      }),
    };
    return this.session.run(cache, { firstRow, rows, past: feed.past }, feeds, fetch, options);
  }

  /** Whether several positions of several rows can be extended at once, and text is kept as its mean value alone. */
  get takesRuns(): boolean {
    return this.#quantised;
  }

  /** [layers, rows, dim]; zeros where a row has no text yet. */
  #textOfRows(firstRow: number, rows: number): HostTensor {
    const { layers, dim } = this.config;
    const data = new Float32Array(layers * rows * dim);
    for (let row = 0; row < rows; row++) {
      const values = this.#textValues[firstRow + row] as Float32Array | undefined;
      for (let layer = 0; values && layer < layers; layer++) {
        data.set(values.subarray(layer * dim, (layer + 1) * dim), (layer * rows + row) * dim);
      }
    }
    return { dtype: 'f32', dims: [layers, rows, dim], data };
  }

  /** Text positions share one score, so a few slots with the mean of their values stand for all of them, each with the weight of
   * the positions it replaces added to its score as a logarithm (editar.md 5.6); this applies to whatever comes after the text.
   * No position of a run sees a later one: other kernels see to that themselves. */
  #bias(count: number, total: number, past: number): Float32Array {
    const bias = new Float32Array(count * total);
    const { textSlots, text } = this.layout;
    const isCollapsed = textSlots > 0 && past > text;
    const weight = Math.log(this.config.textTokens / textSlots);
    for (let row = 0; row < count; row++) {
      const start = row * total;
      if (isCollapsed) bias.fill(weight, start + text, start + text + textSlots);
      if (this.takesRuns) bias.fill(masked, start + past + row + 1, start + total);
    }
    return bias;
  }
}

function unitScales({ layers, heads, dim }: TransformerConfig): HostTensor {
  return { dtype: 'f32', dims: [2 * layers, heads, 1, dim / heads], data: new Float32Array(2 * layers * dim).fill(1) };
}

const flag = (value: boolean): HostTensor => ({ dtype: 'bool', dims: [], data: Uint8Array.of(value ? 1 : 0) });

function joinIds(rows: readonly Int32Array[], length: number): BigInt64Array {
  const joined = new BigInt64Array(length);
  let at = 0;
  for (const row of rows) for (const id of row) joined[at++] = BigInt(id);
  return joined;
}

function positionIds(rows: number, count: number, first: number): BigInt64Array {
  const positions = new BigInt64Array(rows * count);
  for (let i = 0; i < positions.length; i++) positions[i] = BigInt(first + (i % count));
  return positions;
}
