/** What thinning leaves of a picture's gradient: its one-pixel ridges and their sizes. Thresholds are applied to this, so that a slider
 * that moves them does not touch the picture again. */
export interface EdgeStrength {
  readonly width: number;
  readonly height: number;
  readonly count: number; // ridge pixels, in raster order
  /** Where each lies in a plane with a frame of one pixel, [height + 2][width + 2]; the first `count` are used. */
  readonly at: Int32Array;
  /** How large each is; whole numbers of OpenCV's detector are exact. The first `count` are used. */
  readonly size: Float32Array;
}

/** Ridge pixels of one row, from the left. */
export interface RidgeRow {
  count: number;
  readonly at: Int32Array; // 1 … width
  readonly size: Float32Array;
}

/** Collects the ridges of all rows in turn. @param thin writes the ridges of row y */
export function collectRidges(width: number, height: number, thin: (y: number, out: RidgeRow) => void): EdgeStrength {
  const row: RidgeRow = { count: 0, at: new Int32Array(width), size: new Float32Array(width) };
  let at = new Int32Array(width * Math.ceil(height / 8));
  let size = new Float32Array(at.length);
  let count = 0;
  for (let y = 0; y < height; y++) {
    thin(y, row);
    if (count + row.count > at.length) {
      const length = Math.max(count + row.count, Math.ceil((at.length * 3) / 2));
      at = grown(at, new Int32Array(length));
      size = grown(size, new Float32Array(length));
    }
    const start = (y + 1) * (width + 2);
    for (let i = 0; i < row.count; i++, count++) {
      at[count] = start + row.at[i]!;
      size[count] = row.size[i]!;
    }
  }
  return { width, height, count, at, size };
}

function grown<T extends Int32Array | Float32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

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
