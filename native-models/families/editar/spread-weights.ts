// The transformer in another basis of its residual stream, in which weights round better.
import type { Lookup } from '../../onnx/blocks.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import type { WeightRef } from '../../onnx/linear.ts';
import { path } from '../../onnx/names.ts';
import { matMul, reshape } from '../../onnx/ops.ts';
import { hadamard, spreadAlongColumns, spreadAlongRows, spreadBlock } from '../../tensor/hadamard.ts';
import { yieldToEventLoop } from '../../tensor/yield.ts';

/** Weights of the layers and the head for a residual stream that went through `spreadStream`: with them the transformer gives the same
 * logits. RMS norms do not see an orthonormal change of basis once their own weights are multiplied into what follows; what reads the
 * stream gets its inputs in the new basis, what adds to it its outputs. A large weight is then shared out among 256 small
 * ones, so rounding with one scale for many of them costs less. */
export function spreadWeights(weights: Lookup): Lookup {
  return (name) => {
    const ref = weights(name);
    if (name.endsWith('norm.weight')) return onesLike(ref);
    const norm = normBefore(name);
    const read = norm === undefined ? () => spreadOutputs(ref) : () => spreadInputs(ref, weights(norm));
    return { name: `${name}.spread`, dims: ref.dims, read };
  };
}

/** The norm whose result a weight multiplies; none for those that add to the stream. */
function normBefore(name: string): string | undefined {
  if (name === 'output.weight') return 'norm.weight';
  const found = /^(layers\.\d+)\.(?:(attention\.wqkv)|feed_forward\.w[13])\.weight$/.exec(name);
  return found ? `${found[1]}.${found[2] ? 'attention' : 'ffn'}_norm.weight` : undefined;
}

const onesLike = ({ dims }: WeightRef): WeightRef => ({
  name: 'ones.spread',
  dims,
  read: () => Promise.resolve(new Float32Array(dims[0]).fill(1)),
});

async function spreadInputs(weight: WeightRef, norm: WeightRef): Promise<Float32Array> {
  const [outFeatures, inFeatures] = weight.dims;
  const [values, factors] = [(await weight.read()).slice(), await norm.read()];
  for (let row = 0; row < outFeatures; row++) {
    for (let i = 0; i < inFeatures; i++) values[row * inFeatures + i] *= factors[i];
    if (row % 512 === 511) await yieldToEventLoop();
  }
  await spreadAlongRows(values, inFeatures);
  return values;
}

async function spreadOutputs(weight: WeightRef): Promise<Float32Array> {
  const values = (await weight.read()).slice();
  await spreadAlongColumns(values, weight.dims[1]);
  return values;
}

/** The residual stream [batch, new, dim] in the basis of `spreadWeights`. */
export function spreadStream(g: GraphBuilder, at: string, x: Value, dim: number): Value {
  const block = spreadBlock(dim);
  const matrix = g.constant('f32', [block, block], hadamard(block));
  const inBlocks = reshape(g, path(at, 'blocks'), x, [0, 0, dim / block, block]);
  return reshape(g, path(at, 'joined'), matMul(g, at, inBlocks, matrix), [0, 0, dim]);
}
