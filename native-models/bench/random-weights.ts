import { elementCount } from '../tensor/tensor.ts';
import type { TensorShape } from '../tensor/tensor.ts';
import type { Lookup } from '../onnx/blocks.ts';

const poolSize = 2 ** 22;

/** Weights of the right shapes and plausible size, made up when asked for: N(0, 0.02)-like values from a pool, norms 1. Speed does not
 * depend on what they are. */
export function randomWeights(tensors: readonly TensorShape[]): Lookup {
  const pool = randomPool();
  const shapes = new Map(tensors.map(({ name, dims }) => [name, dims]));
  return (name) => {
    const dims = shapes.get(name);
    if (!dims) throw new Error(`no tensor is called ${name}`);
    const isNorm = dims.length === 1 && name.endsWith('weight');
    const count = elementCount(dims);
    return {
      name,
      dims,
      read: () => Promise.resolve(isNorm ? new Float32Array(count).fill(1) : fromPool(pool, count)),
    };
  };
}

/** Sums of uniform numbers: near enough to normal, and quick. */
function randomPool(): Float32Array {
  const pool = new Float32Array(poolSize);
  for (let i = 0; i < poolSize; i++) pool[i] = 0.04 * (Math.random() + Math.random() + Math.random() - 1.5);
  return pool;
}

function fromPool(pool: Float32Array, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let at = 0; at < count; at += poolSize) values.set(pool.subarray(0, Math.min(poolSize, count - at)), at);
  return values;
}
