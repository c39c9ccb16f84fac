import { join } from 'node:path';
import { expect, test } from 'vitest';

import { readTensors } from '../../../native-models/checkpoint/read-tensors.ts';
import { openSafetensors } from '../../../native-models/checkpoint/safetensors.ts';
import { floats, memorySource, safetensorsBytes, temporaryFolder } from '../../helpers/checkpoint-files.ts';

const open = (header: object | string, data?: Uint8Array) =>
  openSafetensors(memorySource(safetensorsBytes(header, data)));

const entry = (dtype: string, shape: unknown, begin: unknown, end: unknown) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

test('lists names, shapes and element types and reads values when asked', async () => {
  await using file = await open(
    { __metadata__: { format: 'pt' }, b: entry('F32', [2], 8, 16), a: entry('I64', [], 0, 8) },
    Buffer.concat([Buffer.from(BigInt64Array.of(5n).buffer), floats(1, -1)]),
  );
  expect(file.names()).toEqual(['b', 'a']);
  expect(file.info('a')).toEqual({ dtype: 'i64', dims: [] });
  expect(await file.read('a')).toEqual(Float32Array.of(5));
  expect(await file.read('b')).toEqual(Float32Array.of(1, -1));
  expect(() => file.info('c')).toThrow('there is no tensor "c"');
});

test('takes __proto__ as an ordinary name', async () => {
  await using file = await open(`{"__proto__":${JSON.stringify(entry('U8', [1], 0, 1))}}`, Uint8Array.of(9));
  expect(file.names()).toEqual(['__proto__']);
  expect(await file.read('__proto__')).toEqual(Float32Array.of(9));
});

test('tells where in the file the bytes of a tensor lie', async () => {
  const bytes = safetensorsBytes({ a: entry('F32', [1], 0, 4) }, floats(3));
  const path = join(await temporaryFolder({ 'a.safetensors': bytes }), 'a.safetensors');
  const { openCheckpoint } = await import('../../../native-models/checkpoint/open-checkpoint.ts');
  await using file = await openCheckpoint(path);
  expect(file.info('a').location).toEqual({ file: path, offset: bytes.length - 4, bytes: 4 });
});

test('reads whole files in their own element types', async () => {
  const header = { i: entry('I32', [1], 0, 4), b: entry('BOOL', [2], 4, 6), h: entry('F16', [1], 6, 8) };
  const bytes = safetensorsBytes(
    header,
    Buffer.concat([Buffer.from(Int32Array.of(-2).buffer), Buffer.of(1, 0, 0, 0x3c)]),
  );
  const tensors = await readTensors(join(await temporaryFolder({ 'v.safetensors': bytes }), 'v.safetensors'));
  expect([...tensors]).toEqual([
    ['i', { dtype: 'i32', dims: [1], data: Int32Array.of(-2) }],
    ['b', { dtype: 'bool', dims: [2], data: Uint8Array.of(1, 0) }],
    ['h', { dtype: 'f16', dims: [1], data: Uint16Array.of(0x3c00) }],
  ]);
});

const good = JSON.stringify(entry('U8', [1], 0, 1));

test.each([
  ['a gap before a tensor', { a: entry('U8', [1], 1, 2) }, 2, /gap before the values of "a"/],
  ['overlapping tensors', { a: entry('U8', [2], 0, 2), b: entry('U8', [2], 1, 3) }, 3, /"b" overlap/],
  ['the same bytes twice', { a: entry('U8', [1], 0, 1), b: entry('U8', [1], 0, 1) }, 1, /overlap/],
  ['bytes that belong to nothing', { a: entry('U8', [1], 0, 1) }, 2, /1 bytes that belong to no tensor/],
  ['values past the end', { a: entry('U8', [9], 0, 9) }, 2, /download is incomplete/],
  ['a shape that needs other bytes', { a: entry('F32', [2], 0, 4) }, 4, /\[2\] needs 8 bytes but has 4/],
  ['a reversed range', { a: entry('U8', [1], 1, 0) }, 1, /needs 1 bytes but has -1/],
  ['a negative size', { a: entry('U8', [-1], 0, 1) }, 1, /malformed/],
  ['a fractional size', { a: entry('U8', [0.5], 0, 1) }, 1, /malformed/],
  ['a huge shape', { a: entry('U8', [2 ** 40, 2 ** 40], 0, 1) }, 1, /needs 1\.2\d*e\+24 bytes/],
  ['a rank of 17', { a: entry('U8', Array(17).fill(1), 0, 1) }, 1, /malformed/],
  ['an entry that is null', '{"a":null}', 0, /malformed/],
  ['an unknown element type', { a: entry('F8_E4M3', [1], 0, 1) }, 1, /"F8_E4M3", which is not supported/],
  ['a type named like an object member', { a: entry('constructor', [1], 0, 1) }, 1, /not supported/],
  ['one name twice', `{"a":${good},"a":${good}}`, 1, /same tensor twice/],
  ['no JSON', '{"a":', 0, /JSON header is damaged/],
  ['an array', '[]', 0, /no object/],
  ['deep nesting', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 0, /nested too deeply/],
])('refuses %s', async (_, header, bytes, message) => {
  await expect(open(header, new Uint8Array(bytes))).rejects.toThrow(message);
});

test('refuses a header length beyond the limit or the file before allocating it', async () => {
  const huge = Buffer.alloc(16);
  huge.writeBigUInt64LE(2n ** 60n);
  await expect(openSafetensors(memorySource(huge))).rejects.toThrow('does not start with a safetensors header');
  huge.writeBigUInt64LE(1000n);
  await expect(openSafetensors(memorySource(huge))).rejects.toThrow('ends inside its header');
  await expect(openSafetensors(memorySource(new Uint8Array(3)))).rejects.toThrow('does not start');
});
