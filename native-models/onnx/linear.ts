import { contrib } from './graph.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { yieldToEventLoop } from '../tensor/yield.ts';
import { path } from './names.ts';
import { absolute, divide, multiply } from './ops.ts';
import {
  blockSize,
  emptyChannelWeight,
  emptyQuantizedWeight,
  packedBytes,
  quantizeChannels,
  quantizeRows,
  scaleCount,
} from './quantize.ts';
import type { WeightBits } from './quantize.ts';

export type Precision = 'fp32' | 'int8' | 'int4';

/** How a linear weight is stored and multiplied with: a pack's precision, or in int8 for many rows at once. */
export type WeightForm = Precision | 'int8-many-rows';

/** A tensor of a checkpoint, not read yet. */
export interface WeightRef {
  readonly name: string;
  readonly dims: readonly number[];
  /** fp32, row-major. */
  readonly read: () => Promise<Float32Array>;
  /** Where these very bytes already lie in a file of the pack as fp32: then the graph points there. */
  readonly location?: { readonly file: string; readonly offset: number };
}

export const toBytes = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** A weight as fp32 initializer, in place when it lies in the pack already. */
export function fullWeight(g: GraphBuilder, ref: WeightRef): Value {
  const { name, dims, location } = ref;
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

/** The products of one x with several weights.
 *
 * fp32 multiplies by the stored layout (`FusedMatMul` with transB), so that the graph can use a checkpoint's own bytes;
 * int8 and int4 use `MatMulNBits` with int8 activations (accuracy_level 4: other levels are 5 to 30 times slower), the best for
 * one or two rows. From 16 rows on a plain integer product is faster, three times in the end. */
export function linears(g: GraphBuilder, x: Value, products: readonly Product[], form: WeightForm): Value[] {
  switch (form) {
    case 'fp32':
      return products.map(({ at, weight }) =>
        g.node(path(at, 'MatMul'), 'FusedMatMul', [x, fullWeight(g, weight)], {
          domain: contrib,
          attributes: { transB: { int: 1 } },
        }),
      );
    case 'int8-many-rows':
      return integerProducts(g, x, products);
    case 'int8':
    case 'int4':
      return products.map((product) => blockProduct(g, x, product, form === 'int8' ? 8 : 4));
  }
}

function blockProduct(g: GraphBuilder, x: Value, { at, weight }: Product, bits: WeightBits): Value {
  const [outFeatures, inFeatures] = weight.dims;
  const { packed, scales } = blockWeight(g, weight, bits);
  return g.node(path(at, 'MatMulNBits'), 'MatMulNBits', [x, packed, scales], {
    domain: contrib,
    attributes: {
      K: { int: inFeatures },
      N: { int: outFeatures },
      bits: { int: bits },
      block_size: { int: blockSize },
      accuracy_level: { int: 4 },
    },
  });
}

/** Every row of x in whole steps of its own scale, times weights in whole steps of one scale per output feature.
 *
 *   x ─┬─ max |·| / 127 = scale ──────────────────────────────┐
 *      └─ / scale ─ round ─ MatMulIntegerToFloat(each weight) ─(× scale)                                          */
function integerProducts(g: GraphBuilder, x: Value, products: readonly Product[]): Value[] {
  const at = path(products[0].at, 'rows');
  const largest = g.node(path(at, 'ReduceMax'), 'ReduceMax', [absolute(g, at, x), g.ints(-1)], {
    attributes: { keepdims: { int: 1 } },
  });
  const raised = g.node(path(at, 'Max'), 'Max', [largest, g.scalar(1e-10)]);
  const scale = multiply(g, at, raised, g.scalar(1 / 127)); // [..., 1]
  const zero = g.constant('u8', [], [128]);
  const steps = g.node(path(at, 'QuantizeLinear'), 'QuantizeLinear', [divide(g, at, x, scale), g.scalar(1), zero]);
  return products.map(({ at: name, weight }) => {
    const { packed, scales } = channelWeight(g, weight);
    const product = g.node(
      path(name, 'MatMulIntegerToFloat'),
      'MatMulIntegerToFloat',
      [steps, packed, g.scalar(1), scales, zero],
      { domain: contrib },
    );
    return multiply(g, path(name, 'scaled'), product, scale);
  });
}

interface PlacedWeight {
  readonly packed: Value;
  readonly scales: Value;
}

function blockWeight(g: GraphBuilder, weight: WeightRef, bits: WeightBits): PlacedWeight {
  const [outFeatures, inFeatures] = weight.dims;
  const blocks = Math.ceil(inFeatures / blockSize);
  return placeTogether(g, weight, `int${bits}`, {
    dtype: 'u8',
    dims: [outFeatures, blocks, (blockSize * bits) / 8],
    packedLength: packedBytes(outFeatures, inFeatures, bits),
    scaleCount: scaleCount(outFeatures, inFeatures),
    quantize: async (values) => {
      const quantized = emptyQuantizedWeight(outFeatures, inFeatures, bits);
      await inSlices(outFeatures, inFeatures, (from, to) =>
        quantizeRows(values, inFeatures, bits, from, to, quantized),
      );
      return quantized;
    },
  });
}

function channelWeight(g: GraphBuilder, weight: WeightRef): PlacedWeight {
  const [outFeatures, inFeatures] = weight.dims;
  return placeTogether(g, weight, 'int8-many-rows', {
    dtype: 'i8',
    dims: [inFeatures, outFeatures],
    packedLength: outFeatures * inFeatures,
    scaleCount: outFeatures,
    quantize: async (values) => {
      const { steps, scales } = emptyChannelWeight(outFeatures, inFeatures);
      await inSlices(outFeatures, inFeatures, (from, to) =>
        quantizeChannels(values, inFeatures, from, to, { steps, scales }),
      );
      return { packed: new Uint8Array(steps.buffer), scales };
    },
  });
}

interface QuantizedForm {
  readonly dtype: 'u8' | 'i8';
  readonly dims: readonly number[];
  readonly packedLength: number; // bytes
  readonly scaleCount: number;
  readonly quantize: (values: Float32Array) => Promise<{ readonly packed: Uint8Array; readonly scales: Float32Array }>;
}

/** Both initializers of a quantised weight lie in one blob, so that the tensor is read and quantised once. */
function placeTogether(g: GraphBuilder, weight: WeightRef, suffix: string, form: QuantizedForm): PlacedWeight {
  const { packedLength } = form;
  const scaleLength = form.scaleCount * 4;
  const name = `${weight.name}.${suffix}`;
  const blob = g.data.place(name, packedLength + scaleLength, async () => {
    const { packed, scales } = await form.quantize(await weight.read());
    const bytes = new Uint8Array(packedLength + scaleLength);
    bytes.set(packed);
    bytes.set(toBytes(scales), packedLength);
    return bytes;
  });
  const { dtype, dims } = form;
  return {
    packed: g.initializer({ name: `${name}.packed`, dtype, dims, bytes: g.data.bytesOf(blob, 0, packedLength) }),
    scales: g.initializer({
      name: `${name}.scales`,
      dtype: 'f32',
      dims: [form.scaleCount],
      bytes: g.data.bytesOf(blob, packedLength, scaleLength),
    }),
  };
}

/** Values quantised between two turns of the event loop: under 30 ms on a busy machine. */
const valuesPerSlice = 2 ** 19;

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
