/** A map of edges: 1 on an edge, 0 elsewhere, row by row. */
export interface EdgeMap {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/**
 * F1 of two maps of edges, 0 … 1; NaN when both are empty. With `tolerance` 1 an edge pixel is also found when its counterpart
 * lies among its eight neighbours, which forgives detectors that move a line by one pixel under mirroring
 * (spec/evaluation.md section 2). `tolerance` 0 is the plain 2TP / (2TP + FP + FN).
 */
export function edgeF1(found: EdgeMap, wanted: EdgeMap, tolerance: 0 | 1 = 0): number {
  const precise = share(found, wanted, tolerance);
  const complete = share(wanted, found, tolerance);
  if (precise.of === 0 && complete.of === 0) return NaN;
  const precision = precise.of === 0 ? 0 : precise.hits / precise.of;
  const recall = complete.of === 0 ? 0 : complete.hits / complete.of;
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

/** How many edge pixels of a map have a counterpart in the other. */
function share(map: EdgeMap, other: EdgeMap, tolerance: number): { hits: number; of: number } {
  const { width, height, data } = map;
  let [hits, of] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!data[y * width + x]) continue;
      of++;
      if (hasEdgeNear(other, x, y, tolerance)) hits++;
    }
  }
  return { hits, of };
}

function hasEdgeNear({ width, height, data }: EdgeMap, x: number, y: number, reach: number): boolean {
  for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
    for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++) {
      if (data[row * width + column]) return true;
    }
  }
  return false;
}
