import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { selectTensors } from '../checkpoint/name-map.ts';
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { readTensors } from '../checkpoint/read-tensors.ts';
import type { RawTensor } from '../checkpoint/read-tensors.ts';
import { vqConfig } from '../families/editar/derive-config.ts';
import type { GraphBuilder, Value } from '../onnx/graph.ts';
import { lookupIn } from '../parts/weights-lookup.ts';
import { openSession } from '../runtime/open.ts';
import type { Session } from '../runtime/session.ts';
import type { HostTensor } from '../runtime/host-tensor.ts';
import { normalizedPixels, rgbBytes } from '../tokenizers/image/image-tensor.ts';
import { vqDecoderHead, vqDecoderTail, vqEncoder } from '../tokenizers/image/vq/graph.ts';
import { ignoredVqTensors, vqTensors } from '../tokenizers/image/vq/weights.ts';
import { compareExactly, compareNumbers } from './compare.ts';
import { ParityFailure } from './result.ts';
import type { DecodePicture, ParityResult } from './result.ts';
import { withGraphs } from '../parts/with-graphs.ts';

type Tensors = ReadonlyMap<string, RawTensor>;
type Outputs = Readonly<Record<string, HostTensor>>;
const internals = { relativeL2: 1e-4 };
const pixels = { maxAbs: 2e-3 };

interface Sessions {
  readonly encoder: Session;
  readonly head: Session;
  readonly tail: Session;
}

interface Manifest {
  readonly config: { readonly groups: number; readonly norm_eps: number };
}

/** Runs a `vq-*` case: inner feature maps of one picture, then ids, pixels and bytes of all. Reads only the files the case lists. */
export async function checkVq(folder: string, decodePicture: DecodePicture): Promise<ParityResult> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  await using checkpoint = await openCheckpoint(join(folder, 'checkpoint.pt'));
  const config = vqConfig(checkpoint, { groups: manifest.config.groups, normEps: manifest.config.norm_eps });
  const weights = lookupIn(selectTensors(checkpoint, vqTensors(config), { ignore: ignoredVqTensors }));
  const tapInto = (g: GraphBuilder) => (name: string, value: Value) =>
    g.output(name, value, 'f32', [1, 'tap_channels', 'tap_rows', 'tap_columns']);
  const graphs = [
    { name: 'encoder', build: (g: GraphBuilder) => vqEncoder(g, config, weights, tapInto(g)) },
    { name: 'head', build: (g: GraphBuilder) => vqDecoderHead(g, config, weights, tapInto(g)) },
    { name: 'tail', build: (g: GraphBuilder) => vqDecoderTail(g, config, weights, 'measured', tapInto(g)) },
  ];
  return await withGraphs(graphs, async (path) => {
    await using encoder = await openSession(path('encoder'));
    await using head = await openSession(path('head'));
    await using tail = await openSession(path('tail'));
    const sessions = { encoder, head, tail };
    const read = (name: string): Promise<Tensors> => readTensors(join(folder, `${name}.safetensors`));
    const errors: number[] = [];
    for (const name of ['a', 'b', 'photo']) {
      const picture = await decodePicture(join(folder, `image-${name}.png`));
      const expected = await read(`out-${name}`);
      errors.push(
        await checkRoundTrip(sessions, name, picture, expected, name === 'a' ? await read('internals-a') : undefined),
      );
    }
    errors.push(await checkDecode(sessions, 'ids', await read('out-ids'), [6, 8]));
    return {
      maxError: Math.max(...errors),
      detail: 'feature maps of one picture, ids and pixels of three, one decode',
    };
  });
}

async function checkRoundTrip(
  sessions: Sessions,
  name: string,
  picture: { width: number; height: number; data: Uint8Array },
  expected: Tensors,
  inner: Tensors | undefined,
): Promise<number> {
  const { width, height } = picture;
  const feed: HostTensor = { dtype: 'f32', dims: [1, 3, height, width], data: normalizedPixels(picture) };
  const encoded = await sessions.encoder.run({ pixels: feed });
  const errors = [
    compareNumbers(`${name}: z_enc`, floats(encoded.z_enc), floats(expected.get('z_enc')!), internals),
    compareNumbers(`${name}: z`, floats(encoded.z), floats(expected.get('z')!), { maxAbs: 5e-4 }),
  ];
  const ids = Int32Array.from(encoded.ids.data as BigInt64Array, Number);
  compareExactly(`${name}: ids`, ids, expected.get('ids')!.data as Int32Array);
  const grid = expected.get('z')!.dims.slice(1);
  const decoded = await decode(sessions, expected, grid);
  errors.push(compareImage(name, decoded.pixels, expected));
  if (inner) errors.push(checkInternals({ ...encoded, ...decoded }, inner));
  return Math.max(...errors);
}

const floats = ({ data }: { readonly data: unknown }): Float32Array => data as Float32Array;

async function checkDecode(
  sessions: Sessions,
  name: string,
  expected: Tensors,
  grid: readonly number[],
): Promise<number> {
  return compareImage(name, (await decode(sessions, expected, grid)).pixels, expected);
}

async function decode({ head, tail }: Sessions, expected: Tensors, grid: readonly number[]): Promise<Outputs> {
  const ids = BigInt64Array.from(expected.get('ids')!.data as Int32Array, (id) => BigInt(id));
  const headOutputs = await head.run({ ids: { dtype: 'i64', dims: [1, ...grid], data: ids } });
  return { ...headOutputs, ...(await tail.run({ features: headOutputs.features })) };
}

function compareImage(name: string, decoded: HostTensor, expected: Tensors): number {
  const [, , height, width] = decoded.dims;
  const bytes = rgbBytes(floats(decoded), width, height);
  compareNumbers(`${name}: image bytes`, bytes, expected.get('image_u8')!.data as Uint8Array, { maxAbs: 1 });
  return compareNumbers(`${name}: image`, floats(decoded), floats(expected.get('image')!), pixels);
}

/** Compares every recorded map. A name ending in `_s4` keeps every fourth row and column, one in `_stats` the mean and standard
 * deviation per channel. */
function checkInternals(outputs: Outputs, inner: Tensors): number {
  const errors = [...inner].map(([name, tensor]) => {
    const output = outputs[name.replace(/_(s4|stats)$/, '')];
    if (!output) throw new ParityFailure(`${name}: the graphs have no such value`);
    return compareNumbers(name, condensed(name, output), floats(tensor), internals);
  });
  return Math.max(...errors);
}

function condensed(name: string, output: HostTensor): Float32Array {
  if (name.endsWith('_s4')) return everyFourth(output);
  return name.endsWith('_stats') ? channelStatistics(output) : floats(output);
}

/** [2, channels] */
function channelStatistics({ dims, data }: HostTensor): Float32Array {
  const channels = dims[1];
  const size = data.length / channels;
  const statistics = new Float32Array(2 * channels);
  for (let c = 0; c < channels; c++) {
    const plane = (data as Float32Array).subarray(c * size, (c + 1) * size);
    const mean = plane.reduce((sum, value) => sum + value, 0) / size;
    statistics[c] = mean;
    statistics[channels + c] = Math.sqrt(plane.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size);
  }
  return statistics;
}

function everyFourth({ dims, data }: HostTensor): Float32Array {
  const [, channels, height, width] = dims;
  const kept: number[] = [];
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y += 4)
      for (let x = 0; x < width; x += 4) kept.push((data as Float32Array)[(c * height + y) * width + x]);
  return Float32Array.from(kept);
}
