/** Row-major matrix. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** R of A = QR by Householder reflections, min(rows, columns) × columns; a matrix with fewer rows than columns is its own R, as
 * only products with RᵀR = AᵀA matter here. */
export function triangularFactor({ rows, columns, data }: Matrix): Matrix {
  if (rows <= columns) return { rows, columns, data };
  const work = data.slice();
  for (let k = 0; k < columns; k++) reflect(work, rows, columns, k);
  const upper = work.slice(0, columns * columns).map((v, i) => (i % columns < Math.floor(i / columns) ? 0 : v));
  return { rows: columns, columns, data: upper };
}

/** Reflects the rows from `k` on so that column `k` is zero below the diagonal. */
function reflect(work: Float64Array, rows: number, columns: number, k: number): void {
  let norm = 0;
  for (let i = k; i < rows; i++) norm += work[i * columns + k] ** 2;
  norm = Math.sqrt(norm);
  if (norm === 0) return;
  const direction = new Float64Array(rows - k).map((_, i) => work[(i + k) * columns + k]);
  direction[0] += direction[0] < 0 ? -norm : norm;
  const length = direction.reduce((sum, value) => sum + value * value, 0);
  for (let j = k; j < columns; j++) {
    let dot = 0;
    for (let i = k; i < rows; i++) dot += direction[i - k] * work[i * columns + j];
    const factor = (2 * dot) / length;
    for (let i = k; i < rows; i++) work[i * columns + j] -= factor * direction[i - k];
  }
}

const mostSweeps = 60;
const negligible = 1e-15;

/** Sum of singular values, by one-sided Jacobi rotations: pairs of rows are turned until all are at right angles; their lengths
 * are the singular values. O(rows² · columns) a sweep, meant for at most a few hundred rows. */
export function nuclearNorm({ rows, columns, data }: Matrix): number {
  const work = data.slice();
  for (let sweep = 0, turned = true; turned && sweep < mostSweeps; sweep++) {
    turned = false;
    for (let p = 0; p < rows; p++) {
      for (let q = p + 1; q < rows; q++) turned = makeOrthogonal(work, columns, p, q) || turned;
    }
  }
  let sum = 0;
  for (let p = 0; p < rows; p++) sum += Math.sqrt(dotRows(work, columns, p, p));
  return sum;
}

/** @returns whether the two rows had to be turned */
function makeOrthogonal(work: Float64Array, columns: number, p: number, q: number): boolean {
  const pp = dotRows(work, columns, p, p);
  const qq = dotRows(work, columns, q, q);
  const pq = dotRows(work, columns, p, q);
  if (Math.abs(pq) <= negligible * Math.sqrt(pp * qq)) return false;
  const ratio = (qq - pp) / (2 * pq);
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
  const cos = 1 / Math.sqrt(1 + tangent * tangent);
  const sin = cos * tangent;
  for (let k = 0; k < columns; k++) {
    const x = work[p * columns + k];
    const y = work[q * columns + k];
    work[p * columns + k] = cos * x - sin * y;
    work[q * columns + k] = sin * x + cos * y;
  }
  return true;
}

function dotRows(work: Float64Array, columns: number, p: number, q: number): number {
  let sum = 0;
  for (let k = 0; k < columns; k++) sum += work[p * columns + k] * work[q * columns + k];
  return sum;
}
