import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sceneClassNames } from '../../../native-models/conditions/scene-classes.ts';
import { buildMapPack } from '../../../native-models/extractors/map-net/build.ts';
import { mapNetTensors } from '../../../native-models/extractors/map-net/config.ts';
import { normalizations, pictureTensor } from '../../../native-models/extractors/planes.ts';
import { openSession } from '../../../native-models/runtime/open.ts';
import { elementCount } from '../../../native-models/tensor/tensor.ts';
import { safetensorsBytes } from '../../helpers/checkpoint-files.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { colourImage } from '../conditions/pictures.ts';

const app = { version: '0', onnxruntime: '0' };
const widths = [4, 4, 4, 4];

/** Weights by a formula that Python can follow, exact in half precision. */
async function writeCheckpoint(path: string, leftOut?: string): Promise<void> {
  const header: Record<string, object> = {};
  const chunks: Buffer[] = [];
  let offset = 0;
  for (const { name, dims } of mapNetTensors(widths).filter((tensor) => tensor.name !== leftOut)) {
    const value = (i: number): number =>
      Math.round((((i * 7919 + name.length * 31) % 1009) / 1009 - 0.5) * 0.6 * 2048) / 2048;
    const bytes = Buffer.from(Float32Array.from({ length: elementCount(dims) }, (_, i) => value(i)).buffer);
    header[name] = { dtype: 'F32', shape: dims, data_offsets: [offset, (offset += bytes.length)] };
    chunks.push(bytes);
  }
  await writeFile(path, safetensorsBytes(header, Buffer.concat(chunks)));
}

/** `MapNet([4, 4, 4, 4])` of training/map_net.py with these weights, on this picture, in PyTorch 2.13. */
const picture = colourImage(128, 128, (x, y) => [2 * x, 2 * y, (x * y) % 256]);
const places = [
  [0, 0],
  [5, 100],
  [64, 64],
  [127, 3],
  [90, 91],
] as const; // row, column
const expected = {
  depth: [-0.46182, 0.15001, -0.58314, 0.39654, -0.17612],
  firstClasses: [
    ...[-0.1513, 0.137, -0.0199, -0.0251, 0.3009, -0.1073, 0.0472, -0.2638],
    ...[0.1788, 0.1742, -0.1003, 0.0919],
  ],
};

test('both graphs give what the network gives that was trained', async () => {
  const folder = temporaryFolder();
  const checkpoint = join(folder, 'maps.safetensors');
  await writeCheckpoint(checkpoint);
  const form = { width: 128, height: 128, filter: 'bilinear', normalization: normalizations.half } as const;
  const pixels = pictureTensor(picture, form);
  const outputs: Record<string, Float32Array> = {};
  for (const kind of ['depth', 'segmentation'] as const) {
    await buildMapPack({ checkpoint, kind, out: join(folder, kind), app });
    await using session = await openSession(join(folder, kind, `scene-${kind}.onnx`));
    for (const [name, { data }] of Object.entries(await session.run({ pixel_values: pixels })))
      outputs[name] = data as Float32Array;
  }
  const at = (name: string, channel: number, [row, column]: readonly [number, number]): number =>
    outputs[name]![(channel * 128 + row) * 128 + column]!;
  for (const [i, place] of places.entries()) {
    expect(at('predicted_depth', 0, place)).toBeCloseTo(expected.depth[i]!, 4);
  }
  for (const [c, value] of expected.firstClasses.entries()) expect(at('logits', c, places[0])).toBeCloseTo(value, 3);
});

test('a pack has the weights of its own head only, and says of itself what a person should know', async () => {
  const folder = temporaryFolder();
  const checkpoint = join(folder, 'maps.safetensors');
  await writeCheckpoint(checkpoint);
  const depth = await buildMapPack({ checkpoint, kind: 'depth', out: join(folder, 'depth'), app });
  const classes = await buildMapPack({ checkpoint, kind: 'segmentation', out: join(folder, 'seg'), app });
  expect(depth).toMatchObject({
    id: 'scene-depth',
    family: 'depth',
    note: expect.stringContaining('not photographs') as string,
  });
  const [ground, classesHead] = [128 * 128 * 2, 4 * 12 * 4 * 9 * 2]; // bytes
  const dataOf = ({ files }: typeof depth): number => files.find(({ file }) => file.endsWith('.data'))!.bytes;
  expect(dataOf(depth) - dataOf(classes)).toBeGreaterThan(ground - classesHead - 8192);
  expect(dataOf(depth) - dataOf(classes)).toBeLessThan(ground);
  await expect(buildMapPack({ checkpoint, kind: 'depth', out: join(folder, 'depth'), app })).rejects.toMatchObject({
    code: 'invalid-input',
  });
});

test('a checkpoint that lacks a tensor is refused by its name', async () => {
  const folder = temporaryFolder();
  const checkpoint = join(folder, 'maps.safetensors');
  await writeCheckpoint(checkpoint, 'mix.1.bias');
  await expect(buildMapPack({ checkpoint, kind: 'depth', out: join(folder, 'depth'), app })).rejects.toMatchObject({
    code: 'checkpoint-mismatch',
    data: { missing: ['mix.1.bias'] },
  });
});

test('the classes of the trained network are those of the maps, in their order', async () => {
  const source = await readFile(new URL('../../../native-models/training/map_net.py', import.meta.url), 'utf8');
  const [, list] = /^CLASSES = (\[.*\])$/m.exec(source) ?? [];
  expect(JSON.parse(list ?? '[]')).toEqual(sceneClassNames);
});
