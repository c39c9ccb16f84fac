import type { Plane } from './planes.ts';

/** Mean squared difference of the cosine self-similarities of two sets of token features: the structure distance of the paper,
 * given its network's keys. Features are [tokens][dim] (spec/evaluation.md section 1.4). */
export function structureDistance(a: ArrayLike<number>, b: ArrayLike<number>, tokens: number): number {
  const [similarityA, similarityB] = [selfSimilarity(a, tokens), selfSimilarity(b, tokens)];
  let sum = 0;
  for (let i = 0; i < similarityA.length; i++) sum += (similarityA[i] - similarityB[i]) ** 2;
  return sum / similarityA.length;
}

const leastNorm = 1e-8;

function selfSimilarity(features: ArrayLike<number>, tokens: number): Float64Array {
  const dim = features.length / tokens;
  const dot = (i: number, j: number): number => {
    let sum = 0;
    for (let k = 0; k < dim; k++) sum += features[i * dim + k] * features[j * dim + k];
    return sum;
  };
  const norms = Float64Array.from({ length: tokens }, (_, i) => Math.sqrt(dot(i, i)));
  return Float64Array.from({ length: tokens * tokens }, (_, index) => {
    const [i, j] = [Math.floor(index / tokens), index % tokens];
    return dot(i, j) / Math.max(norms[i] * norms[j], leastNorm);
  });
}

const mean = [0.485, 0.456, 0.406] as const;
const deviation = [0.229, 0.224, 0.225] as const;

/** What the structure distance's network is fed: bytes 0 … 255 normalised as if they were 0 … 1, which is what the published
 * numbers were made with. Returns [3][height][width]. */
export function structureInput(channels: readonly Plane[]): Float32Array {
  return Float32Array.from(
    channels.flatMap(({ data }, c) => Array.from(data, (value) => (value - mean[c]) / deviation[c])),
  );
}
