import { expect, test, vi } from 'vitest';

import type { Checkpoint } from '../../../native-models/checkpoint/checkpoint.ts';
import { selectTensors } from '../../../native-models/checkpoint/name-map.ts';
import { openSafetensors } from '../../../native-models/checkpoint/safetensors.ts';
import type { ModelError } from '../../../native-models/errors.ts';
import { floats, memorySource, safetensorsBytes } from '../../helpers/checkpoint-files.ts';

/** Counting numbers, in the order given. */
async function checkpointOf(
  shapes: Readonly<Record<string, readonly number[]>>,
  dtype: 'F32' | 'U8' = 'F32',
): Promise<Checkpoint> {
  let end = 0;
  const header = Object.entries(shapes).map(([name, shape]) => {
    const begin = end;
    end += shape.reduce((product, dim) => product * dim, dtype === 'F32' ? 4 : 1);
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const data = dtype === 'F32' ? floats(...Array(end / 4).keys()) : Uint8Array.from({ length: end }, (_, i) => i);
  return openSafetensors(memorySource(safetensorsBytes(Object.fromEntries(header), data), 'w.safetensors'));
}

function refusalOf(run: () => unknown): ModelError {
  try {
    run();
  } catch (error) {
    return error as ModelError;
  }
  throw new Error('nothing was thrown');
}

test('gives every expected tensor under its name and never reads what it ignores', async () => {
  const checkpoint = await checkpointOf({ 'alignment.bias': [3], a: [2] });
  const read = vi.spyOn(checkpoint, 'readRaw');
  const selection = selectTensors(checkpoint, [{ name: 'a', dims: [2] }], { ignore: [/^alignment\./] });
  expect(selection.names()).toEqual(['a']);
  expect(read).not.toHaveBeenCalled();
  expect(await selection.read('a')).toEqual(Float32Array.of(3, 4));
  await expect(selection.read('alignment.bias')).rejects.toMatchObject({ code: 'checkpoint-mismatch' });
});

test('lists everything that is missing, extra or of another shape in one error', async () => {
  const checkpoint = await checkpointOf({ a: [2], b: [2, 3], x: [1], y: [1] });
  const expected = [
    { name: 'a', dims: [2] },
    { name: 'b', dims: [3, 2] },
    { name: 'c', dims: [1] },
    { name: 'd', dims: [1] },
  ];
  const error = refusalOf(() => selectTensors(checkpoint, expected));
  expect(error.code).toBe('checkpoint-mismatch');
  expect(error.data).toEqual({
    file: 'w.safetensors',
    missing: ['c', 'd'],
    extra: ['x', 'y'],
    misshaped: [{ name: 'b', expected: [3, 2], found: [2, 3] }],
    mistyped: [],
  });
  expect(error.message).toContain('2 missing: "c", "d". 2 not expected: "x", "y".');
  expect(error.message).toContain('"b" is [2, 3], not [3, 2]');
});

test('refuses integers under the name of a weight', async () => {
  const checkpoint = await checkpointOf({ a: [2] }, 'U8');
  const error = refusalOf(() => selectTensors(checkpoint, [{ name: 'a', dims: [2] }]));
  expect(error.message).toContain('1 not of floating-point numbers: "a" is u8.');
});

test('keeps the message short and the data complete', async () => {
  const expected = Array.from({ length: 500 }, (_, i) => ({ name: `layers.${i}.weight`, dims: [1] }));
  const error = refusalOf(() => selectTensorsOfNothing(expected));
  expect(error.message).toContain('and 492 more');
  expect(error.message.length).toBeLessThan(400);
  expect(error.data.missing).toHaveLength(500);
});

const nothing = await checkpointOf({});
const selectTensorsOfNothing = (expected: { name: string; dims: number[] }[]) => selectTensors(nothing, expected);

test('finds a tensor under an alias and accepts both names side by side', async () => {
  const expected = [{ name: 'shared.weight', dims: [2] }];
  const aliases = { 'shared.weight': ['encoder.embed_tokens.weight'] };
  const alone = await checkpointOf({ other: [1], 'encoder.embed_tokens.weight': [2] });
  const ignore = [/^other$/];
  expect(await selectTensors(alone, expected, { aliases, ignore }).read('shared.weight')).toEqual(
    Float32Array.of(1, 2),
  );
  const both = await checkpointOf({ 'encoder.embed_tokens.weight': [2], 'shared.weight': [2] });
  expect(await selectTensors(both, expected, { aliases }).read('shared.weight')).toEqual(Float32Array.of(2, 3));
});
