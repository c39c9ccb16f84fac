import { join } from 'node:path';
import { expect, test } from 'vitest';

import { openCheckpoint } from '../../../native-models/checkpoint/open-checkpoint.ts';
import { floats, p, safetensorsBytes, temporaryFolder, torchBytes } from '../../helpers/checkpoint-files.ts';

const safetensors = (name: string, value: number) =>
  safetensorsBytes({ [name]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, floats(value));
const torch = torchBytes(p.file(p.dict({ w: p.tensor(p.storage('FloatStorage', '0', 1), 0, [1], [1]) })), {
  0: floats(7),
});
const index = (map: object) => JSON.stringify({ metadata: {}, weight_map: map });

test('decides by content when the name says nothing', async () => {
  const folder = await temporaryFolder({ 'a.bin': torch, b: safetensors('w', 8) });
  await using a = await openCheckpoint(join(folder, 'a.bin'));
  await using b = await openCheckpoint(join(folder, 'b'));
  expect([await a.read('w'), await b.read('w')]).toEqual([Float32Array.of(7), Float32Array.of(8)]);
});

test('refuses a pickle that calls itself safetensors, and the reverse', async () => {
  const folder = await temporaryFolder({ 'a.safetensors': torch, 'b.pt': safetensors('w', 8) });
  await expect(openCheckpoint(join(folder, 'a.safetensors'))).rejects.toThrow('holds a PyTorch archive');
  await expect(openCheckpoint(join(folder, 'b.pt'))).rejects.toThrow('holds safetensors data');
});

test('follows the index of a folder and leaves out what the index does not name', async () => {
  const folder = await temporaryFolder({
    'model-1.safetensors': safetensors('a', 1),
    'model-2.safetensors': safetensors('b', 2),
    'model-3.safetensors': safetensors('c', 3),
    'model.safetensors.index.json': index({ b: 'model-2.safetensors', a: 'model-1.safetensors' }),
  });
  await using checkpoint = await openCheckpoint(folder);
  expect(checkpoint.names()).toEqual(['b', 'a']);
  expect(await checkpoint.read('b')).toEqual(Float32Array.of(2));
  expect(checkpoint.info('a').location?.file).toBe(join(folder, 'model-1.safetensors'));
  expect(() => checkpoint.info('c')).toThrow('there is no tensor "c"');
});

test('opens the only weights of a folder and asks when there are several', async () => {
  const one = await temporaryFolder({ 'x.pth': torch, 'config.json': '{}' });
  await using checkpoint = await openCheckpoint(one);
  expect(checkpoint.names()).toEqual(['w']);
  const two = await temporaryFolder({ 'x.pth': torch, 'y.pth': torch });
  await expect(openCheckpoint(two)).rejects.toThrow('name one of them: x.pth, y.pth');
  await expect(openCheckpoint(await temporaryFolder({}))).rejects.toThrow('folder without weights');
});

test.each([
  ['missing shards', index({ a: 'x.safetensors', b: 'y.safetensors' }), /missing beside it: y\.safetensors/],
  ['tensors that are not in their shard', index({ z: 'x.safetensors' }), /1 tensors are not in the files/],
  ['a path out of the folder', index({ a: '../x.safetensors' }), /no file name beside it/],
  ['a hidden file', index({ a: '..' }), /no file name beside it/],
  ['an index that names itself', index({ a: 'i.index.json' }), /index inside an index/],
  ['an empty map', index({}), /empty weight_map/],
  ['JSON of another kind', '{"model_type":"t5"}', /without a weight_map/],
  ['a map that is a list', index([]), /without a weight_map/],
])('refuses an index with %s', async (_, content, message) => {
  const folder = await temporaryFolder({ 'x.safetensors': safetensors('a', 1), 'i.index.json': content });
  await expect(openCheckpoint(join(folder, 'i.index.json'))).rejects.toThrow(message);
});

test.each([
  ['<!DOCTYPE html><html></html>', /web page/],
  ['version https://git-lfs.github.com/spec/v1\noid sha256:0', /Git LFS pointer/],
  ['', /is empty/],
  ['Not found', /text file/],
  ['GGUF\x03\0\0\0', /GGUF/],
  ['\x1f\x8b\x08\0', /compressed archive/],
  ['\x89HDF\r\n\x1a\n', /HDF5/],
  ['\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.', /before version 1\.6/],
  ['\x80\x04}.', /bare Python pickle/],
  ['\0\x01\x02', /neither a safetensors nor a PyTorch file/],
])('says what %j is instead', async (content, message) => {
  const folder = await temporaryFolder({ 'w.pt': Buffer.from(content, 'latin1') });
  await expect(openCheckpoint(join(folder, 'w.pt'))).rejects.toThrow(message);
});
