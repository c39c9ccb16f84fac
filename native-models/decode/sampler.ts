import { ModelError } from '../errors.ts';

/** How tokens are filtered before one is drawn. */
export interface SamplingSettings {
  readonly temperature: number; // ≥ 0; 0 takes the most likely token
  readonly topK: number; // 0 keeps every token
  readonly topP: number; // (0, 1]; 1 keeps every token
}

/** Tokens that may be drawn, in ascending order, with weights proportional to their probabilities. */
export interface Candidates {
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** Filters the guided logits of one row as EditAR does (editar.md 5.4): temperature, then top-k keeping every tie at the
 * threshold, then top-p keeping the token that crosses p.
 * @param logits [vocab] fp32 @throws ModelError `bad-output` when a logit is NaN or infinite, or none is finite */
export function filterLogits(logits: Float32Array, { temperature, topK, topP }: SamplingSettings): Candidates {
  const divisor = Math.fround(Math.max(temperature, 1e-5));
  const scaled = new Float32Array(logits.length);
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    scaled[i] = logits[i] / divisor;
    if (scaled[i] > largest || Number.isNaN(scaled[i])) largest = scaled[i]; // NaN stays: nothing is above it
  }
  if (!Number.isFinite(largest)) {
    throw new ModelError('bad-output', `the model produced logits without a finite maximum (${largest})`, { largest });
  }
  const threshold = topK > 0 && topK < scaled.length ? kthLargest(scaled, topK) : -Infinity;
  const kept = candidatesFrom(scaled, threshold, largest);
  return topP < 1 ? nucleus(kept, topP) : kept;
}

function candidatesFrom(scaled: Float32Array, threshold: number, largest: number): Candidates {
  let count = 0;
  for (let i = 0; i < scaled.length; i++) if (scaled[i] >= threshold) count++;
  const indices = new Int32Array(count);
  const weights = new Float64Array(count);
  for (let i = 0, next = 0; i < scaled.length; i++) {
    if (scaled[i] < threshold) continue;
    indices[next] = i;
    weights[next++] = Math.exp(scaled[i] - largest);
  }
  return { indices, weights };
}

/** The k-th largest value, by quickselect on a copy. NaN must not occur. */
function kthLargest(values: Float32Array, k: number): number {
  const work = values.slice();
  let low = 0;
  let high = work.length - 1;
  const target = k - 1;
  for (;;) {
    const pivot = work[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (work[i] > pivot) i++;
      while (work[j] < pivot) j--;
      if (i > j) break;
      const swap = work[i];
      work[i++] = work[j];
      work[j--] = swap;
    }
    if (target <= j) high = j;
    else if (target >= i) low = i;
    else return work[target];
  }
}

/** Keeps the most likely tokens whose probabilities before them sum to at most p: the first always, and the one that crosses p. */
function nucleus({ indices, weights }: Candidates, p: number): Candidates {
  const order = Array.from(indices.keys()).sort((a, b) => weights[b] - weights[a] || a - b);
  let total = 0;
  for (const weight of weights) total += weight;
  const kept: number[] = [];
  let before = 0;
  for (const at of order) {
    if (kept.length > 0 && before > p * total) break;
    kept.push(at);
    before += weights[at];
  }
  kept.sort((a, b) => a - b);
  return {
    indices: Int32Array.from(kept, (at) => indices[at]),
    weights: Float64Array.from(kept, (at) => weights[at]),
  };
}

/** The token at `u` ∈ [0, 1) of the cumulative distribution. */
export function drawAt({ indices, weights }: Candidates, u: number): number {
  let total = 0;
  for (const weight of weights) total += weight;
  let left = u * total;
  for (let i = 0; i < indices.length - 1; i++) {
    left -= weights[i];
    if (left < 0) return indices[i];
  }
  return indices[indices.length - 1];
}

/** The token with the largest weight / noise: a draw from the same distribution when the noise is Exp(1), and how recorded
 * reference runs are replayed. @param noise [vocab] */
export function drawByNoise({ indices, weights }: Candidates, noise: Float32Array): number {
  let best = -1;
  let bestScore = -Infinity;
  for (let i = 0; i < indices.length; i++) {
    const score = weights[i] / noise[indices[i]];
    if (score > bestScore) {
      bestScore = score;
      best = indices[i];
    }
  }
  return best;
}

/** The most likely token; the first of equals. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  return best;
}
