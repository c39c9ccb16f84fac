import { elementCount } from '../tensor/tensor.ts';
import type { TensorShape } from '../tensor/tensor.ts';
import type { Lookup } from '../onnx/blocks.ts';

const poolSize = 2 ** 22;
/** Between the places in the pool where tensors begin: odd, so that none of the first 2^22 begins where another does. */
const startStep = 1_000_003;

/** Weights of the right shapes and plausible size, made up when asked for: N(0, 0.02)-like values from a pool, norms 1. Speed does not
 * depend on what they are, as long as no two tensors are equal: the runtime keeps equal weights once, which then stay in the
 * processor's cache and are read from memory by no step. */
export function randomWeights(tensors: readonly TensorShape[]): Lookup {
  const pool = randomPool();
  const places = new Map(tensors.map(({ name, dims }, i) => [name, { dims, start: (i * startStep) % poolSize }]));
  return (name) => {
    const place = places.get(name);
    if (!place) throw new Error(`no tensor is called ${name}`);
    const { dims, start } = place;
    const isNorm = dims.length === 1 && name.endsWith('weight');
    const count = elementCount(dims);
    return {
      name,
      dims,
      read: () => Promise.resolve(isNorm ? new Float32Array(count).fill(1) : fromPool(pool, start, count)),
    };
  };
}

/** Sums of uniform numbers: near enough to normal, and quick. */
function randomPool(): Float32Array {
  const pool = new Float32Array(poolSize);
  for (let i = 0; i < poolSize; i++) pool[i] = 0.04 * (Math.random() + Math.random() + Math.random() - 1.5);
  return pool;
}

/** `count` values from `start` on; the pool goes on at its beginning when it ends. */
function fromPool(pool: Float32Array, start: number, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let at = 0, from = start; at < count; from = 0) {
    const piece = pool.subarray(from, from + count - at);
    values.set(piece, at);
    at += piece.length;
  }
  return values;
}
