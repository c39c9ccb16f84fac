import { nuclearNorm, triangularFactor, type Matrix } from './matrix.ts';

/** Features of a set of pictures, [pictures][dim]. */
export interface Features {
  readonly count: number;
  readonly dim: number;
  readonly data: ArrayLike<number>;
}

/**
 * Fréchet distance of two sets of features, each seen as a normal distribution with sample covariance (divisor n - 1):
 * |mean difference|² + tr S1 + tr S2 - 2 tr √(S1 S2). The last trace is the nuclear norm of X1 X2ᵀ for centred features X, which
 * needs no square root of a matrix and holds at any rank (spec/evaluation.md section 5). In fp64.
 *
 * It is biased upwards for few pictures: compare only numbers with the same counts. @throws Error for fewer than two rows
 */
export function frechetDistance(a: Features, b: Features): number {
  const [first, second] = [centred(a), centred(b)];
  let distance = 0;
  for (let k = 0; k < a.dim; k++) distance += (first.means[k] - second.means[k]) ** 2;
  const product = timesTransposed(triangularFactor(first.rows), triangularFactor(second.rows));
  return distance + squares(first.rows) + squares(second.rows) - 2 * nuclearNorm(product);
}

/** Mean, and rows without it divided by √(n - 1): their squares sum up to the trace of the covariance. */
function centred({ count, dim, data }: Features): { means: Float64Array; rows: Matrix } {
  if (count < 2) throw new Error(`a Fréchet distance needs at least 2 rows of features, got ${count}`);
  const means = new Float64Array(dim);
  for (let i = 0; i < count * dim; i++) means[i % dim] += data[i] / count;
  const scale = 1 / Math.sqrt(count - 1);
  const rows = Float64Array.from({ length: count * dim }, (_, i) => (data[i] - means[i % dim]) * scale);
  return { means, rows: { rows: count, columns: dim, data: rows } };
}

const squares = ({ data }: Matrix): number => data.reduce((sum, value) => sum + value * value, 0);

function timesTransposed(a: Matrix, b: Matrix): Matrix {
  const data = new Float64Array(a.rows * b.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++) sum += a.data[i * a.columns + k] * b.data[j * b.columns + k];
      data[i * b.rows + j] = sum;
    }
  }
  return { rows: a.rows, columns: b.rows, data };
}
