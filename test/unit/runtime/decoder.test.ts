import { describe, expect, test } from 'vitest';
import type { DecoderSession, RowSlice } from '../../../native-models/runtime/decoder-session.ts';
import type { HostTensor } from '../../../native-models/runtime/host-tensor.ts';
import type { KvCache } from '../../../native-models/runtime/kv-cache.ts';
import { openDecoder } from '../../../native-models/runtime/open.ts';
import type { SessionOptions } from '../../../native-models/runtime/session.ts';
import { turnsDuring } from '../../helpers/turns.ts';
import {
  attentionGraph,
  bool,
  f32,
  i32,
  maxDifference,
  newGraph,
  noise,
  rowsGraph,
  type AttentionGraph,
} from './graphs.ts';

const capacity = 32;

/** Runs one chunk of a sequence of `tokens` that starts after `past` filled positions, the same length in each row. */
class Sequence {
  readonly #tokens: Float32Array;

  constructor(
    readonly decoder: DecoderSession,
    readonly rows: number,
    readonly length: number,
    readonly width: number,
    readonly extra: (past: number, count: number, rows: number) => Record<string, HostTensor> = () => ({}),
  ) {
    this.#tokens = noise(rows * length * width, 7);
  }

  async run(
    cache: KvCache,
    past: number,
    count: number,
    slice: RowSlice = { firstRow: 0, rows: this.rows },
  ): Promise<Float32Array> {
    const chunk = new Float32Array(slice.rows * count * this.width);
    for (let row = 0; row < slice.rows; row++) {
      const from = ((slice.firstRow + row) * this.length + past) * this.width;
      chunk.set(this.#tokens.subarray(from, from + count * this.width), row * count * this.width);
    }
    const feeds = {
      qkv: f32(chunk, [slice.rows, count, this.width]),
      seqlens_k: i32(new Array<number>(slice.rows).fill(past + count - 1)),
      total: i32([past + count], []),
      ...this.extra(past, count, slice.rows),
    };
    return (await this.decoder.run(cache, slice, feeds, ['y'])).y.data as Float32Array;
  }
}

const widthOf = ({ heads, kvHeads = heads, headDim = 64 }: AttentionGraph): number => (heads + 2 * kvHeads) * headDim;

async function open(
  graph: AttentionGraph,
  length: number,
  rows = 2,
  options: SessionOptions = {},
  extra?: Sequence['extra'],
): Promise<Sequence & AsyncDisposable> {
  const decoder = await openDecoder(attentionGraph(graph), options);
  const sequence = new Sequence(decoder, rows, length, widthOf(graph), extra);
  return Object.assign(sequence, { [Symbol.asyncDispose]: () => decoder[Symbol.asyncDispose]() });
}

function expectSameLayer(a: KvCache, b: KvCache): void {
  for (const part of ['key', 'value'] as const) {
    const [x, y] = [a.layer(0)[part] as Float32Array, b.layer(0)[part] as Float32Array];
    expect(x.some((value) => value !== 0)).toBe(true);
    expect(maxDifference(x, y)).toBe(0);
  }
}

test('the graph extends the memory of the cache itself, which JavaScript sees', async () => {
  await using sequence = await open({ heads: 2 }, 8);
  using cache = sequence.decoder.createCache(2, capacity);
  const { key } = cache.layer(0);
  expect(key.length).toBe(2 * 2 * capacity * 64);
  await sequence.run(cache, 0, 5);
  const filled = (row: number, position: number): boolean => {
    const at = (row * 2 * capacity + position) * 64;
    return (key.subarray(at, at + 64) as Float32Array).some((value) => value !== 0);
  };
  expect([filled(0, 4), filled(1, 4), filled(0, 5), filled(1, 5)]).toEqual([true, true, false, false]);
  await sequence.run(cache, 5, 1);
  expect([filled(0, 5), filled(1, 5), filled(1, 6)]).toEqual([true, true, false]);
});

test('what JavaScript writes into the cache is what the graph reads', async () => {
  await using sequence = await open({ heads: 2 }, 8);
  using cache = sequence.decoder.createCache(2, capacity);
  await sequence.run(cache, 0, 5);
  const before = await sequence.run(cache, 5, 1);
  cache.layer(0).value.fill(0 as never);
  const after = await sequence.run(cache, 5, 1);
  expect(maxDifference(before, after)).toBeGreaterThan(0.01);
});

test("a chunk can be run again: positions are the caller's to count", async () => {
  await using sequence = await open({ heads: 2 }, 8);
  using cache = sequence.decoder.createCache(2, capacity);
  await sequence.run(cache, 0, 4);
  const once = await sequence.run(cache, 4, 1);
  await sequence.run(cache, 5, 1);
  expect(await sequence.run(cache, 4, 1)).toEqual(once);
});

test('a prompt can be run for one row and copied to another', async () => {
  await using sequence = await open({ heads: 2 }, 8, 1);
  using one = sequence.decoder.createCache(1, 16);
  using three = sequence.decoder.createCache(3, capacity);
  await sequence.run(one, 0, 5);
  await three.copyFrom(one, 0, 1, 0, 5);
  await three.copyPositions(1, 2, 0, 5);
  const first = await sequence.run(one, 5, 1);
  for (const firstRow of [1, 2]) expect(await runAs(sequence, three, 5, { firstRow, rows: 1 })).toEqual(first);
});

/** The next token of row 0 of the sequence, run in another row of a cache. */
async function runAs(sequence: Sequence, cache: KvCache, past: number, slice: RowSlice): Promise<Float32Array> {
  const token = noise(sequence.length * sequence.width, 7).subarray(past * sequence.width, (past + 1) * sequence.width);
  const feeds = { qkv: f32(token, [1, 1, sequence.width]), seqlens_k: i32([past]), total: i32([past + 1], []) };
  return (await sequence.decoder.run(cache, slice, feeds, ['y'])).y.data as Float32Array;
}

test('a cache in device memory decodes as one in host memory', async () => {
  const results = [];
  for (const cacheMemory of ['host', 'device'] as const) {
    await using sequence = await open({ heads: 2 }, 8, 2, { cacheMemory });
    using cache = sequence.decoder.createCache(2, capacity);
    expect(cache.hostVisible).toBe(cacheMemory === 'host');
    for (const firstRow of [0, 1]) await sequence.run(cache, 0, 5, { firstRow, rows: 1 });
    results.push(await sequence.run(cache, 5, 1));
  }
  expect(results[0]).toEqual(results[1]);
});

test('runs that cannot be are refused in words', async () => {
  await using sequence = await open({ heads: 2 }, 8);
  await using other = await open({ heads: 4 }, 8);
  const { decoder } = sequence;
  using cache = decoder.createCache(2, capacity);
  await expect(other.run(cache, 0, 1)).rejects.toThrow('belongs to another session');
  await expect(sequence.run(cache, 0, 1, { firstRow: 1, rows: 2 })).rejects.toThrow('rows 1 to 3');
  await expect(decoder.run(cache, { firstRow: 0, rows: 2 }, {}, ['y'])).rejects.toMatchObject({
    code: 'invalid-input',
  });
  const both = await Promise.allSettled([sequence.run(cache, 0, 1), sequence.run(cache, 0, 1)]);
  expect(both.map((result) => result.status)).toEqual(['fulfilled', 'rejected']);
  expect(() => decoder.createCache(0, 5)).toThrow('at least one row');
  expect(() => decoder.createCache(10_000, 10_000_000)).toThrow(
    expect.objectContaining({ code: 'out-of-memory' }) as Error,
  );
});

test('a cache in host memory can be extended by another session with the same cache, whichever closes first', async () => {
  await using first = await open({ heads: 2 }, 8);
  const second = await open({ heads: 2 }, 8);
  using alone = first.decoder.createCache(2, capacity);
  const expected = [await first.run(alone, 0, 5), await first.run(alone, 5, 1)];
  using shared = first.decoder.createCache(2, capacity);
  expect(await second.run(shared, 0, 5)).toEqual(expected[0]);
  await second[Symbol.asyncDispose]();
  expect(await first.run(shared, 5, 1)).toEqual(expected[1]);
  const ended = first.decoder.createCache(2, capacity);
  await using third = await open({ heads: 2 }, 8);
  await third.run(ended, 0, 5);
  ended[Symbol.dispose]();
  await expect(third.run(ended, 5, 1)).rejects.toThrow('disposed of');
});

test('a cache lies in few pieces of memory, each array on a cache line', async () => {
  await using sequence = await open({ heads: 3, headDim: 16 }, 8);
  using cache = sequence.decoder.createCache(1, 5);
  const { key, value } = cache.layer(0);
  expect(value.buffer).toBe(key.buffer);
  expect(value.byteOffset).toBe(Math.ceil(key.byteLength / 64) * 64);
});

test('disposing waits for the run, and caches end with their session', async () => {
  const sequence = await open({ heads: 2 }, 8);
  const cache = sequence.decoder.createCache(2, capacity);
  const running = sequence.run(cache, 0, 5);
  cache[Symbol.dispose]();
  await sequence[Symbol.asyncDispose]();
  expect((await running).length).toBe(2 * 5 * 128);
  cache[Symbol.dispose]();
});

test('much memory goes back to the system when its cache is disposed of, not before a run on it has ended', async () => {
  await using sequence = await open({ heads: 2 }, 8);
  const cache = sequence.decoder.createCache(2, 2 ** 17); // 256 MiB, of which next to nothing is touched
  const { key, value } = cache.layer(0);
  const running = sequence.run(cache, 0, 5);
  cache[Symbol.dispose]();
  expect(key.length).toBe(2 * 2 * 2 ** 17 * 64);
  await running;
  expect([key.length, value.length]).toEqual([0, 0]);
});

test('others run while positions of a large cache are copied', async () => {
  await using sequence = await open({ heads: 2 }, 8);
  using cache = sequence.decoder.createCache(2, 2 ** 16);
  const { key } = cache.layer(0);
  const half = key.length / 2;
  key.fill(3 as never, 0, half);
  const turns = await turnsDuring(() => cache.copyPositions(0, 1, 0, 2 ** 16)); // 64 MiB in two tensors
  expect(turns).toBeGreaterThanOrEqual(2);
  expect(key[half]).toBe(3);
  expect(key.at(-1)).toBe(3);
});

test.each([
  ['no cache at all', [], [], 'no past_key_values inputs'],
  ['a value missing', ['past_key_values.0.key'], ['present.0.key'], 'no input "past_key_values.0.value"'],
  [
    'no output for its key',
    ['past_key_values.0.key', 'past_key_values.0.value'],
    ['present.0.value'],
    'no output "present.0.key"',
  ],
])('a graph with %s is an invalid pack', async (_, inputs, outputs, words) => {
  const g = newGraph();
  const x = g.input('x', 'f32', [1, 1, 'n', 8]);
  for (const name of inputs) g.input(name, 'f32', [1, 1, 'n', 8]);
  for (const name of ['y', ...outputs]) g.output(name, x, 'f32', [1, 1, 'n', 8]);
  await expect(openDecoder(g.toModel())).rejects.toMatchObject({
    code: 'pack-invalid',
    message: expect.stringContaining(words) as string,
  });
});

describe.each(['ffi', 'stock'] as const)('a graph that returns new rows only, through %s', (backend) => {
  test('has them written into its cache by the host', async () => {
    await using decoder = await openDecoder(rowsGraph(), { backend });
    using cache = decoder.createCache(2, 5);
    const ones = (rows: number, count: number): Record<string, HostTensor> => ({
      x: f32(new Float32Array(rows * 2 * count * 4).fill(1), [rows, 2, count, 4]),
    });
    await decoder.run(cache, { firstRow: 0, rows: 2, past: 0 }, ones(2, 3), []);
    const { y, z } = await decoder.run(cache, { firstRow: 1, rows: 1, past: 3 }, ones(1, 1), ['y', 'z']);
    expect([...y.data, ...z.data]).toEqual([24, -24]);
    const sums = await decoder.run(cache, { firstRow: 0, rows: 2, past: 4 }, ones(2, 1), ['y']);
    expect([...sums.y.data]).toEqual([24, 32]);
    await expect(decoder.run(cache, { firstRow: 0, rows: 2 }, ones(2, 1), ['y'])).rejects.toThrow('slice.past');
  });
});

test('without the C API a graph that extends its cache in place is refused', async () => {
  const opening = openDecoder(attentionGraph({ heads: 2 }), { backend: 'stock' });
  await expect(opening).rejects.toMatchObject({ code: 'unsupported' });
});

// What the transformer relies on, for both kinds of cache.
describe.each(['f32', 'i8'] as const)('GroupQueryAttention on the processor with a cache in %s', (kv) => {
  const positionIds: Sequence['extra'] = (past, count, rows) => ({
    position_ids: {
      dtype: 'i64',
      dims: [rows, count],
      data: BigInt64Array.from({ length: rows * count }, (_, i) => BigInt(past + (i % count))),
    },
  });
  const bias: Sequence['extra'] = (past, count) => {
    const total = past + count;
    const values = Float32Array.from({ length: count * total }, (_, i) => Math.sin((i % total) * 0.7));
    return { attention_bias: f32(values, [1, 1, count, total]) };
  };

  const forms: readonly { name: string; graph: AttentionGraph; extra?: Sequence['extra'] }[] = [
    { name: 'plain', graph: { heads: 4, kv } },
    { name: 'with position_ids', graph: { heads: 4, kv, positionIds: true }, extra: positionIds },
    { name: 'with attention_bias', graph: { heads: 4, kv, bias: true }, extra: bias },
    ...[16, 32].flatMap((headDim) =>
      [2, 4, 8].map((kvHeads) => ({
        name: `head size ${headDim}, ${kvHeads} of 8 heads`,
        graph: { heads: 8, kvHeads, headDim, kv },
      })),
    ),
  ];

  test.each(forms)(
    'takes several tokens after a past, row by row, as it takes them one by one: $name',
    async ({ graph, extra }) => {
      await using sequence = await open(graph, 8, 2, {}, extra);
      using stepwise = sequence.decoder.createCache(2, capacity);
      using chunked = sequence.decoder.createCache(2, capacity);
      await sequence.run(stepwise, 0, 5);
      const steps = [];
      for (let past = 5; past < 8; past++) steps.push(await sequence.run(stepwise, past, 1));
      const size = steps[0].length / 2;
      for (const firstRow of [0, 1]) {
        const slice = { firstRow, rows: 1 };
        await sequence.run(chunked, 0, 5, slice);
        const chunk = await sequence.run(chunked, 5, 3, slice);
        const expected = steps.map((step) => step.subarray(firstRow * size, (firstRow + 1) * size));
        expected.forEach((step, i) =>
          expect(maxDifference(chunk.subarray(i * size, (i + 1) * size), step)).toBeLessThan(1e-6),
        );
      }
      expectSameLayer(chunked, stepwise);
    },
  );

  test('refuses several tokens after a past in two rows at once', async () => {
    await using sequence = await open({ heads: 4, kv }, 8);
    using cache = sequence.decoder.createCache(2, capacity);
    await sequence.run(cache, 0, 5);
    await expect(sequence.run(cache, 5, 3)).rejects.toThrow('batch_size must be 1');
  });
});

test('one graph can run a first prompt in full precision and keep its cache in int8, in place', async () => {
  const first: Sequence['extra'] = (past) => ({ is_first: bool(past === 0) });
  await using mixed = await open({ heads: 4, kv: 'i8', firstInFull: true }, 8, 2, {}, first);
  await using int8 = await open({ heads: 4, kv: 'i8' }, 8);
  await using full = await open({ heads: 4 }, 8);
  using mixedCache = mixed.decoder.createCache(2, capacity);
  using int8Cache = int8.decoder.createCache(2, capacity);
  using fullCache = full.decoder.createCache(2, capacity);
  for (const firstRow of [1, 0]) await mixed.run(mixedCache, 0, 5, { firstRow, rows: 1 });
  await int8.run(int8Cache, 0, 5);
  expectSameLayer(mixedCache, int8Cache);
  expect(maxDifference(await mixed.run(mixedCache, 0, 5), await full.run(fullCache, 0, 5))).toBeLessThan(1e-6);
  expect(await mixed.run(mixedCache, 5, 1)).toEqual(await int8.run(int8Cache, 5, 1));
  expectSameLayer(mixedCache, int8Cache);
});

test.skipIf(!process.env.EDITAR_TEST_WEBGPU).each(['ffi', 'stock'] as const)(
  'a cache on WebGPU decodes as one on the processor, through %s (needs EDITAR_TEST_WEBGPU and an adapter)',
  async (backend) => {
    const results = [];
    for (const options of [{}, { device: 'webgpu', backend }] as const) {
      await using sequence = await open({ heads: 2 }, 8, 2, options);
      using cache = sequence.decoder.createCache(2, capacity);
      await sequence.run(cache, 0, 5);
      await sequence.run(cache, 5, 1);
      results.push(await sequence.run(cache, 6, 1));
    }
    expect(maxDifference(results[0], results[1])).toBeLessThan(1e-4);
  },
);
