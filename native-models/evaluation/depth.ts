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
