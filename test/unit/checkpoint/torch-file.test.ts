import { expect, test } from 'vitest';

import { openTorchFile } from '../../../native-models/checkpoint/torch-file.ts';
import { floats, memorySource, p, torchBytes, zipBytes } from '../../helpers/checkpoint-files.ts';

const vector = (key: string, count: number) => p.tensor(p.storage('FloatStorage', key, count), 0, [count], [1]);
const open = (value: Uint8Array, storages: Record<string, Uint8Array> = {}) =>
  openTorchFile(memorySource(torchBytes(p.file(value), storages)));

test('reads views on one storage, whatever their strides', async () => {
  const storage = p.storage('FloatStorage', '0', 6);
  await using file = await open(
    p.dict({ rows: p.tensor(storage, 0, [2, 3], [3, 1]), columns: p.tensor(storage, 1, [2, 2], [1, 3]) }),
    { 0: floats(0, 1, 2, 3, 4, 5) },
  );
  expect(await file.read('rows')).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
  expect(await file.read('columns')).toEqual(Float32Array.of(1, 4, 2, 5));
  expect(file.info('columns')).toEqual({ dtype: 'f32', dims: [2, 2] });
});

test('never touches records of other parts of the file', async () => {
  const optimizer = p.dict({ exp_avg: vector('missing', 1000) });
  await using file = await open(p.dict({ optimizer, model: p.dict({ w: vector('0', 1) }) }), { 0: floats(7) });
  expect(file.names()).toEqual(['w']);
  expect(await file.read('w')).toEqual(Float32Array.of(7));
});

test('prefers model, then module, state_dict and vae, and falls back to the top', async () => {
  const one = (name: string) => p.dict({ [name]: vector('0', 1) });
  const names = async (value: Uint8Array) => (await open(value, { 0: floats(7) })).names();
  expect(await names(p.dict({ vae: one('d'), state_dict: one('c'), module: one('b'), model: one('a') }))).toEqual([
    'a',
  ]);
  expect(await names(p.dict({ vae: one('d'), state_dict: one('c'), module: one('b') }))).toEqual(['b']);
  expect(await names(p.dict({ vae: one('d'), state_dict: one('c') }))).toEqual(['c']);
  expect(await names(p.dict({ model: p.dict({ lr: p.int(1) }), vae: one('d') }))).toEqual(['d']);
  expect(await names(p.dict({ epoch: p.int(3), w: vector('0', 1) }))).toEqual(['w']);
});

test('strips prefixes that every name has, and only those', async () => {
  const names = async (...wanted: string[]) =>
    (await open(p.dict(Object.fromEntries(wanted.map((name) => [name, vector('0', 1)]))), { 0: floats(7) })).names();
  expect(await names('module._orig_mod.a', 'module._orig_mod.b')).toEqual(['a', 'b']);
  expect(await names('module.a', 'b')).toEqual(['module.a', 'b']);
});

test('collects plain settings by dotted path and survives cycles', async () => {
  const namespace = p.call(p.global('argparse', 'Namespace'));
  const state = p.dict({
    lr: p.float(0.5),
    betas: p.list(p.float(0.9)),
    ['__proto__']: p.text('x'),
    size: p.tuple(p.int(2)),
  });
  const self = Buffer.concat([Buffer.from('}q\x05'), p.text('again'), Buffer.from('h\x05s')]);
  const args = p.build(namespace, state);
  await using file = await open(p.dict({ w: vector('0', 1), steps: p.int(9), args, other: self }), { 0: floats(7) });
  expect(file.settings).toEqual({
    steps: 9,
    'args.lr': 0.5,
    'args.betas.0': 0.9,
    'args.__proto__': 'x',
    'args.size.0': 2,
  });
});

const storage = p.storage('FloatStorage', '0', 4);

test.each([
  ['a shape beyond the storage', p.tensor(storage, 0, [5], [1]), /\[5\] does not fit/],
  ['an offset beyond the storage', p.tensor(storage, 4, [1], [1]), /does not fit/],
  ['a stride beyond the storage', p.tensor(storage, 0, [2], [4]), /does not fit/],
  ['one value expanded to gigabytes', p.tensor(storage, 0, [2 ** 16, 2 ** 16], [0, 0]), /does not fit/],
  ['negative strides', p.tensor(storage, 3, [2], [-1]), /impossible shape/],
  ['strides of another rank', p.tensor(storage, 0, [2, 2], [1]), /impossible shape/],
  ['a storage with two types', p.tensor(p.storage('LongStorage', '0', 4), 0, [1], [1]), /in two ways/],
  ['a storage that is not there', vector('7', 4), /values of "b" are missing/],
  ['a record of another size', vector('1', 3), /has 4 bytes where 3 × 4/],
  ['complex numbers', p.global('torch', 'ComplexFloatStorage'), /complex numbers; save it as float32/],
  ['a sparse tensor', p.call(p.global('torch._utils', '_rebuild_sparse_tensor')), /sparse tensor/],
])('refuses %s', async (_, tensor, message) => {
  const records = { 0: floats(1, 2, 3, 4), 1: floats(1) };
  await expect(open(p.dict({ a: p.tensor(storage, 0, [4], [1]), b: tensor }), records)).rejects.toThrow(message);
});

test('refuses a zip with two PyTorch archives', async () => {
  const data = p.file(p.dict({}));
  const bytes = zipBytes([
    { name: 'a/data.pkl', data },
    { name: 'b/data.pkl', data },
  ]);
  await expect(openTorchFile(memorySource(bytes))).rejects.toThrow('several PyTorch archives');
});
