import type { EdgeStrength } from './edge-strength.ts';

/** Edges: ridges above `high`, and those above `low` that touch one of them, directly or through others (8 neighbours).
 * @param low, high strict bounds in the detector's unit @returns 0 or 255, [height][width] */
export function connectEdges({ width, height, data }: EdgeStrength, low: number, high: number): Uint8Array {
  const stride = width + 2;
  const reached = new Uint8Array(data.length); // framed like the strengths, so that neighbours need no bounds
  const around = Int32Array.of(-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1);
  const open: number[] = [];
  for (let i = stride; i < data.length - stride; i++) {
    if (data[i]! <= high || reached[i] !== 0) continue;
    reached[i] = 255;
    open.push(i);
    while (open.length > 0) {
      const from = open.pop()!;
      for (let k = 0; k < 8; k++) {
        const to = from + around[k]!;
        if (data[to]! <= low || reached[to] !== 0) continue;
        reached[to] = 255;
        open.push(to);
      }
    }
  }
  return withoutFrame(reached, width, height);
}

function withoutFrame(framed: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (y + 1) * (width + 2) + 1;
    out.set(framed.subarray(start, start + width), y * width);
  }
  return out;
}
