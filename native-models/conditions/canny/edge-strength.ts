/** What thinning leaves of a picture's gradient: its size on one-pixel ridges, 0 elsewhere. Thresholds are applied to this, so that
 * a slider that moves them does not touch the picture again. */
export interface EdgeStrength {
  readonly width: number;
  readonly height: number;
  /** Rows first, inside a frame of zeros: [height + 2][width + 2]. Whole numbers of OpenCV's detector are exact. */
  readonly data: Float32Array;
}

export const newEdgeStrength = (width: number, height: number): EdgeStrength => ({
  width,
  height,
  data: new Float32Array((width + 2) * (height + 2)),
});

/** Rows that are computed when they are first asked for, of which the last `count` are kept: ask in rising order. */
export function rowWindow<Row>(count: number, make: () => Row, compute: (y: number, row: Row) => void) {
  const rows = Array.from({ length: count }, () => ({ y: -1, row: make() }));
  return (y: number): Row => {
    const kept = rows[y % count]!;
    if (kept.y !== y) {
      kept.y = y;
      compute(y, kept.row);
    }
    return kept.row;
  };
}
