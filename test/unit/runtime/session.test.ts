import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExternalData } from '../../../native-models/onnx/external-data.ts';
import { GraphBuilder } from '../../../native-models/onnx/graph.ts';
import type { OnnxDtype } from '../../../native-models/onnx/proto.ts';
import type { HostTensor } from '../../../native-models/runtime/host-tensor.ts';
import { openSession } from '../../../native-models/runtime/open.ts';
import type { Backend } from '../../../native-models/runtime/session.ts';
import { f32, maxDifference, newGraph, noise, productChain } from './graphs.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'runtime-'))));
afterAll(() => rm(folder, { recursive: true }));

function identity(dtype: OnnxDtype, dims: readonly (number | string)[]): Uint8Array {
  const g = newGraph();
  g.output('y', g.input('x', dtype, dims), dtype, dims);
  return g.toModel();
}

const samples: readonly HostTensor[] = [
  f32([1.5, -2, 3], [3]),
  { dtype: 'i64', dims: [2], data: BigInt64Array.of(-(2n ** 62n), 7n) },
  { dtype: 'i32', dims: [1, 2], data: Int32Array.of(-5, 2 ** 31 - 1) },
  { dtype: 'u8', dims: [3], data: Uint8Array.of(0, 200, 255) },
  { dtype: 'i8', dims: [2], data: Int8Array.of(-128, 127) },
  { dtype: 'bool', dims: [2], data: Uint8Array.of(1, 0) },
  { dtype: 'f16', dims: [1], data: Uint16Array.of(0x3c00) },
  { dtype: 'i32', dims: [], data: Int32Array.of(42) },
  f32([], [0]),
];

describe.each<Backend>(['ffi', 'stock'])('through %s', (backend) => {
  test.each(samples.map((sample) => [`${sample.dtype} [${sample.dims.join(', ')}]`, sample] as const))(
    '%s arrives and returns unchanged',
    async (_, x) => {
      const dims = x.dims.length === 1 ? ['n'] : x.dims;
      await using session = await openSession(identity(x.dtype, dims), { backend });
      expect(session.inputs).toEqual([{ name: 'x', dtype: x.dtype, dims }]);
      const { y } = await session.run({ x });
      expect(y.dims).toEqual(x.dims);
      expect(y.data).toEqual(x.data);
    },
  );

  test('a large result, which is copied in pieces, arrives whole', async () => {
    await using session = await openSession(identity('f32', ['n']), { backend });
    const x = f32(noise(2_500_001), [2_500_001]);
    expect(maxDifference((await session.run({ x })).y.data as Float32Array, x.data as Float32Array)).toBe(0);
  });

  test('names every problem of a call at once', async () => {
    await using session = await openSession(productChain(1, 4), { backend });
    const feeds = { x: f32([1, 2, 3], [1, 3]), q: f32([1], [1]) };
    await expect(session.run(feeds, ['y', 'z'])).rejects.toMatchObject({
      code: 'invalid-input',
      data: {
        problems: [
          'input "w" (f32 [4, 4]) is missing',
          'input "x" should be f32 [n, 4], not f32 [1, 3]',
          'there is no input "q"',
          'there is no output "z"',
        ],
      },
    });
  });

  test('refuses data that does not fill its dims or has the wrong array type', async () => {
    await using session = await openSession(identity('f32', ['n']), { backend });
    await expect(session.run({ x: f32([1, 2], [3]) })).rejects.toThrow('needs 3 values, not 2');
    const x = { dtype: 'f32' as const, dims: [1], data: Int32Array.of(1) };
    await expect(session.run({ x })).rejects.toThrow('has its data in a Int32Array');
  });

  test.each([
    ['missing', undefined],
    ['cut off', productChain(3, 4).subarray(0, 100)],
    ['empty', new Uint8Array(0)],
    ['not a graph', new TextEncoder().encode('words, and no graph at all. '.repeat(40))],
  ])('a graph file that is %s is an invalid pack', async (name, bytes) => {
    const file = join(folder, `${name} ${backend}.onnx`);
    if (bytes) await writeFile(file, bytes);
    await expect(openSession(file, { backend })).rejects.toMatchObject({ code: 'pack-invalid' });
  });

  test('weights beside the graph are read, and missing or cut off weights are an invalid pack', async () => {
    const data = new ExternalData(`weights-${backend}.data`);
    const g = new GraphBuilder('weights', data);
    const values = noise(4096);
    const w = g.weight('w', 'f32', [4096], () => Promise.resolve(new Uint8Array(values.buffer)));
    g.output('y', g.node('/Add', 'Add', [g.input('x', 'f32', [1]), w]), 'f32', [4096]);
    const file = join(folder, `weights-${backend}.onnx`);
    await writeFile(file, g.toModel());
    await expect(openSession(file, { backend })).rejects.toMatchObject({ code: 'pack-invalid' });
    await writeFile(join(folder, data.file), new Uint8Array(values.buffer).subarray(0, 5000));
    await expect(openSession(file, { backend })).rejects.toMatchObject({ code: 'pack-invalid' });
    await writeFile(join(folder, data.file), new Uint8Array(values.buffer));
    await using session = await openSession(file, { backend });
    expect((await session.run({ x: f32([0], [1]) })).y.data).toEqual(values);
  });

  test('operators that do not exist are an invalid pack or unsupported, never a crash', async () => {
    const g = newGraph();
    g.output('y', g.node('/Odd', 'NoSuchOperator', [g.input('x', 'f32', [1])]), 'f32', [1]);
    await expect(openSession(g.toModel(), { backend })).rejects.toMatchObject({
      code: expect.stringMatching(/pack-invalid|unsupported/) as string,
    });
  });

  test('a signal that has fired stops a run before it starts', async () => {
    await using session = await openSession(identity('f32', ['n']), { backend });
    const signal = AbortSignal.abort(new Error('no longer wanted'));
    await expect(session.run({ x: f32([1], [1]) }, ['y'], { signal })).rejects.toThrow('no longer wanted');
  });

  test('a session that was disposed of says so', async () => {
    const session = await openSession(identity('f32', ['n']), { backend });
    await session[Symbol.asyncDispose]();
    await session[Symbol.asyncDispose]();
    expect(() => session.run({ x: f32([1], [1]) })).toThrow('after it was disposed of');
  });
});

const heavy = (): Record<string, HostTensor> => ({
  x: f32(new Float32Array(512 * 512), [512, 512]),
  w: f32(new Float32Array(512 * 512), [512, 512]),
});

test('a signal stops a run halfway, and the session still works', async () => {
  await using session = await openSession(productChain(200, 512));
  const controller = new AbortController();
  const reason = new Error('changed my mind');
  setTimeout(() => controller.abort(reason), 5);
  await expect(session.run(heavy(), ['y'], { signal: controller.signal })).rejects.toBe(reason);
  expect((await session.run(heavy())).y.dims).toEqual([512, 512]);
});

test('timers fire while a run is under way', async () => {
  await using session = await openSession(productChain(100, 512));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await session.run(heavy());
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(2);
});

test('runs may overlap, and disposing waits for them', async () => {
  const session = await openSession(productChain(20, 64));
  const inputs = [1, 2, 3, 4].map((seed) => f32(noise(64 * 64, seed), [64, 64]));
  const w = f32(
    noise(64 * 64, 9).map((value) => value / 10),
    [64, 64],
  );
  const alone = [];
  for (const x of inputs) alone.push((await session.run({ x, w })).y.data);
  const together = inputs.map((x) => session.run({ x, w }));
  await session[Symbol.asyncDispose]();
  expect((await Promise.all(together)).map(({ y }) => y.data)).toEqual(alone);
});

test('a result that memory cannot hold is reported as such', async () => {
  const g = newGraph();
  g.nodeInto('/Fill', 'ConstantOfShape', [g.input('n', 'i64', [1])], ['y']);
  g.declareOutput('y', 'f32', ['n']);
  await using session = await openSession(g.toModel());
  const n: HostTensor = { dtype: 'i64', dims: [1], data: BigInt64Array.of(10n ** 14n) };
  await expect(session.run({ n })).rejects.toMatchObject({ code: 'out-of-memory' });
});
