/** Grey levels 0 … 255 of a depth map: its smallest value is 0, its largest 255, decimals are cut off. A constant map is 0. */
export function toGreyLevels(values: ArrayLike<number>): Uint8Array {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  const range = most - least;
  return Uint8Array.from(values, (value) => (range === 0 ? 0 : Math.trunc(((value - least) / range) * 255)));
}

/** Root mean square difference of two depth maps in grey levels, 0 … 255; a benchmark averages it over its pictures
 * (spec/evaluation.md section 3). */
export function depthRmse(prediction: ArrayLike<number>, label: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < prediction.length; i++) sum += (prediction[i]! - label[i]!) ** 2;
  return Math.sqrt(sum / prediction.length);
}

/** Spearman's rank correlation of two maps of grey levels, -1 … 1: whether what is nearer in one is nearer in the other, whatever the
 * scale. Equal levels share the mean of their ranks; NaN where a map is constant (spec/evaluation.md section 3).
 * @param a 0 … 255 @param b 0 … 255, as many */
export function rankCorrelation(a: Uint8Array, b: Uint8Array): number {
  const [ranksA, ranksB] = [ranksOfLevels(a), ranksOfLevels(b)];
  const middle = (a.length + 1) / 2; // mean of all ranks
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [ranksA[a[i]!]! - middle, ranksB[b[i]!]! - middle];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return product / Math.sqrt(squareA * squareB);
}

/** The mean rank, from 1, of the values at each level. */
function ranksOfLevels(values: Uint8Array): Float64Array {
  const counts = new Uint32Array(256);
  for (const value of values) counts[value]!++;
  let below = 0;
  return Float64Array.from(counts, (count) => {
    const rank = below + (count + 1) / 2;
    below += count;
    return rank;
  });
}
