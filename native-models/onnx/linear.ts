import { contrib } from './graph.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { yieldToEventLoop } from '../tensor/yield.ts';
import { path } from './names.ts';
import { blockSize, emptyQuantizedWeight, packedBytes, quantizeRows, scaleCount } from './quantize.ts';
import type { QuantizedWeight, WeightBits } from './quantize.ts';

export type Precision = 'fp32' | 'int8' | 'int4';

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

/** y = x Wᵀ for a weight stored [out, in], without bias. x: [..., in] → [..., out].
 *
 * fp32 multiplies by the stored layout (`FusedMatMul` with transB), so that the graph can use a checkpoint's own bytes;
 * int8 and int4 use `MatMulNBits` with int8 activations (accuracy_level 4: other levels are 5 to 30 times slower). */
export function linear(g: GraphBuilder, at: string, x: Value, weight: WeightRef, precision: Precision): Value {
  if (precision === 'fp32') {
    return g.node(path(at, 'MatMul'), 'FusedMatMul', [x, fullWeight(g, weight)], {
      domain: contrib,
      attributes: { transB: { int: 1 } },
    });
  }
  const bits = precision === 'int8' ? 8 : 4;
  const [outFeatures, inFeatures] = weight.dims;
  const { packed, scales } = quantizedWeight(g, weight, bits);
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

/** Both initializers of a quantised weight lie in one blob, so that the tensor is read and quantised once. */
function quantizedWeight(g: GraphBuilder, weight: WeightRef, bits: WeightBits): { packed: Value; scales: Value } {
  const [outFeatures, inFeatures] = weight.dims;
  const packedLength = packedBytes(outFeatures, inFeatures, bits);
  const scaleLength = scaleCount(outFeatures, inFeatures) * 4;
  const blob = g.data.place(`${weight.name}.int${bits}`, packedLength + scaleLength, async () => {
    const quantized = await quantize(await weight.read(), outFeatures, inFeatures, bits);
    const bytes = new Uint8Array(packedLength + scaleLength);
    bytes.set(quantized.packed);
    bytes.set(toBytes(quantized.scales), packedLength);
    return bytes;
  });
  const blocks = Math.ceil(inFeatures / blockSize);
  return {
    packed: g.initializer({
      name: `${weight.name}.int${bits}.packed`,
      dtype: 'u8',
      dims: [outFeatures, blocks, (blockSize * bits) / 8],
      bytes: g.data.bytesOf(blob, 0, packedLength),
    }),
    scales: g.initializer({
      name: `${weight.name}.int${bits}.scales`,
      dtype: 'f32',
      dims: [outFeatures * blocks],
      bytes: g.data.bytesOf(blob, packedLength, scaleLength),
    }),
  };
}

/** Values quantised between two turns of the event loop: under 30 ms on a busy machine. */
const valuesPerSlice = 2 ** 19;

async function quantize(
  weight: Float32Array,
  outFeatures: number,
  inFeatures: number,
  bits: WeightBits,
): Promise<QuantizedWeight> {
  const quantized = emptyQuantizedWeight(outFeatures, inFeatures, bits);
  const rows = Math.max(1, Math.floor(valuesPerSlice / inFeatures));
  for (let row = 0; row < outFeatures; row += rows) {
    quantizeRows(weight, inFeatures, bits, row, Math.min(row + rows, outFeatures), quantized);
    await yieldToEventLoop();
  }
  return quantized;
}
