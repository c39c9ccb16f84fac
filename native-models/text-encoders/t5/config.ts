/** Numbers of a T5 encoder with gated GELU (Flan-T5 style), at any size. */
export interface T5Config {
  readonly dModel: number;
  readonly heads: number;
  readonly dKv: number; // per head
  readonly dFf: number;
  readonly layers: number;
  readonly vocab: number;
  readonly buckets: number; // of the relative position bias, half for each direction
  readonly maxDistance: number;
  readonly normEps: number;
  readonly textTokens: number; // positions a prompt is padded to
}

/** Bucket of the distance `key - query`: exact up to half of a direction's buckets, then logarithmic up to `maxDistance`;
 * keys to the right use the second half of the table. */
export function relativeBucket(distance: number, { buckets, maxDistance }: T5Config): number {
  const perDirection = buckets / 2;
  const exact = perDirection / 2;
  const away = Math.abs(distance);
  const base = distance > 0 ? perDirection : 0;
  if (away < exact) return base + away;
  const logarithmic = Math.log(away / exact) / Math.log(maxDistance / exact);
  return base + Math.min(perDirection - 1, exact + Math.floor(logarithmic * (perDirection - exact)));
}
