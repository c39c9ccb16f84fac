import type { WeightPrecision } from '../api.ts';
import { contrib } from './graph.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { narrowToHalf } from '../tensor/narrow.ts';
import { yieldToEventLoop } from '../tensor/yield.ts';
import { path } from './names.ts';
import { cast, split } from './ops.ts';
import { emptyQuantizedWeight, quantizeRows } from './quantize.ts';
import type { BlockFormat, QuantizedWeight } from './quantize.ts';

/** How a linear weight is stored and multiplied with: a pack's precision, in blocks that every device takes, or wide: in blocks that cost
 * the processor less, for weights that bear it (`spread-weights.ts` of EditAR). */
export type WeightForm = WeightPrecision | 'int8-wide' | 'int4-wide';

/** Whether a form is for the processor alone. */
export const isWide = (form: WeightForm): boolean => form === 'int8-wide' || form === 'int4-wide';

/** Block formats of the forms that have blocks. A scale for 256 features instead of 32 saves int4 a sixth of its bytes and, in
 * products of two rows and of many, more than a third of the processor's time. */
export const blockFormats = {
  int8: { bits: 8, block: 32 },
  int4: { bits: 4, block: 32 },
  'int8-wide': { bits: 8, block: 256 },
  'int4-wide': { bits: 4, block: 256 },
} as const satisfies Record<Exclude<WeightForm, 'fp32'>, BlockFormat>;

/** A tensor of a checkpoint, not read yet. */
export interface WeightRef {
  readonly name: string;
  readonly dims: readonly number[];
  /** fp32, row-major. */
  readonly read: () => Promise<Float32Array>;
  /** Where these very bytes already lie in a file of the pack as fp32: then the graph points there. */
  readonly location?: { readonly file: string; readonly offset: number };
  /** Kept in half precision: half the bytes, widened when the graph is opened. */
  readonly isHalf?: boolean;
}

/** The bytes of values; no copy. */
export const toBytes = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** A weight as fp32, in place when it lies in the pack already. */
export function fullWeight(g: GraphBuilder, ref: WeightRef): Value {
  const { name, dims, location, isHalf } = ref;
  if (isHalf) {
    const bytes = async (): Promise<Uint8Array> => new Uint8Array(narrowToHalf(await ref.read()).buffer);
    return cast(g, path('/weights', name), g.weight(name, 'f16', dims, bytes), 'f32');
  }
  if (location) {
    const length = dims.reduce((product, dim) => product * dim, 4);
    return g.initializer({ name, dtype: 'f32', dims, bytes: { ...location, length } });
  }
  return g.weight(name, 'f32', dims, async () => toBytes(await ref.read()));
}

/** A product of one input with one weight. */
export interface Product {
  readonly at: string; // name of its node
  readonly weight: WeightRef;
}

/** y = x Wᵀ for a weight stored [out, in], without bias. x: [..., in] → [..., out]. */
export function linear(g: GraphBuilder, at: string, x: Value, weight: WeightRef, form: WeightForm): Value {
  return linears(g, x, [{ at, weight }], form)[0];
}

/** The products of one x with several weights, as one product that is split again: x is rounded once and threads meet once.
 *
 * fp32 multiplies by the stored layout (`FusedMatMul` with transB), so that the graph can use a checkpoint's own bytes;
 * int8 and int4 use `MatMulNBits` with int8 activations (accuracy_level 4: other levels are 5 to 30 times slower). */
export function linears(g: GraphBuilder, x: Value, products: readonly Product[], form: WeightForm): Value[] {
  const weights = products.map(({ weight }) => weight);
  const sizes = weights.map(({ dims }) => dims[0]);
  const { at } = products[0];
  if (form === 'fp32' && products.length > 1 && weights.some(({ location }) => location))
    return products.flatMap((product) => linears(g, x, [product], form));
  const product = form === 'fp32' ? fullProduct(g, at, x, weights) : blockProduct(g, at, x, weights, form);
  return sizes.length === 1 ? [product] : split(g, at, product, sizes, -1);
}

function fullProduct(g: GraphBuilder, at: string, x: Value, weights: readonly WeightRef[]): Value {
  return g.node(path(at, 'MatMul'), 'FusedMatMul', [x, fullWeight(g, below(weights))], {
    domain: contrib,
    attributes: { transB: { int: 1 } },
  });
}

/** Weights of equal inputs below one another, as one. */
function below(weights: readonly WeightRef[]): WeightRef {
  if (weights.length === 1) return weights[0];
  const outFeatures = weights.reduce((sum, { dims }) => sum + dims[0], 0);
  const inFeatures = weights[0].dims[1];
  const read = async (): Promise<Float32Array> => {
    const all = new Float32Array(outFeatures * inFeatures);
    let at = 0;
    for (const weight of weights) {
      all.set(await weight.read(), at);
      at += weight.dims[0] * inFeatures;
    }
    return all;
  };
  return { name: weights.map(({ name }) => name).join('+'), dims: [outFeatures, inFeatures], read };
}

function blockProduct(
  g: GraphBuilder,
  at: string,
  x: Value,
  weights: readonly WeightRef[],
  form: Exclude<WeightForm, 'fp32'>,
): Value {
  const { bits, block } = blockFormats[form];
  const weight = below(weights);
  const { packed, scales } = blockWeight(g, weight, form);
  const [outFeatures, inFeatures] = weight.dims;
  return g.node(path(at, 'MatMulNBits'), 'MatMulNBits', [x, packed, scales], {
    domain: contrib,
    attributes: {
      K: { int: inFeatures },
      N: { int: outFeatures },
      bits: { int: bits },
      block_size: { int: block },
      accuracy_level: { int: 4 },
    },
  });
}

interface PlacedWeight {
  readonly packed: Value;
  readonly scales: Value;
}

/** Both initializers lie in one blob, so that the tensor is read and quantised once. */
function blockWeight(g: GraphBuilder, weight: WeightRef, form: Exclude<WeightForm, 'fp32'>): PlacedWeight {
  const format = blockFormats[form];
  const { bits, block } = format;
  const [outFeatures, inFeatures] = weight.dims;
  const blocks = Math.ceil(inFeatures / block);
  const packedLength = (outFeatures * blocks * block * bits) / 8;
  const scaleLength = outFeatures * blocks * 4;
  const name = `${weight.name}.${form}`;
  const blob = g.data.place(name, packedLength + scaleLength, async () => {
    const { packed, scales } = await quantized(weight, format);
    const bytes = new Uint8Array(packedLength + scaleLength);
    bytes.set(packed);
    bytes.set(toBytes(scales), packedLength);
    return bytes;
  });
  return {
    packed: g.initializer({
      name: `${name}.packed`,
      dtype: 'u8',
      dims: [outFeatures, blocks, (block * bits) / 8],
      bytes: g.data.bytesOf(blob, 0, packedLength),
    }),
    scales: g.initializer({
      name: `${name}.scales`,
      dtype: 'f32',
      dims: [outFeatures * blocks],
      bytes: g.data.bytesOf(blob, packedLength, scaleLength),
    }),
  };
}

async function quantized(weight: WeightRef, format: BlockFormat): Promise<QuantizedWeight> {
  const [outFeatures, inFeatures] = weight.dims;
  const target = emptyQuantizedWeight(outFeatures, inFeatures, format);
  const values = await weight.read();
  await inSlices(outFeatures, inFeatures, (from, to) => quantizeRows(values, inFeatures, format, from, to, target));
  return target;
}

/** Values quantised between two turns of the event loop: under 30 ms on a busy machine. */
const valuesPerSlice = 2 ** 17;

async function inSlices(
  outFeatures: number,
  inFeatures: number,
  quantizeBetween: (from: number, to: number) => void,
): Promise<void> {
  const rows = Math.max(1, Math.floor(valuesPerSlice / inFeatures));
  for (let row = 0; row < outFeatures; row += rows) {
    quantizeBetween(row, Math.min(row + rows, outFeatures));
    await yieldToEventLoop();
  }
}
