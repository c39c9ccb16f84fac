import type { EdgeStrength } from './edge-strength.ts';

const waiting = 1; // strong enough to continue an edge
const edge = 255;

/** Edges: ridges above `high`, and those above `low` that touch one of them, directly or through others (8 neighbours).
 * @param low, high strict bounds in the detector's unit @returns 0 or 255, [height][width] */
export function connectEdges({ width, height, count, at, size }: EdgeStrength, low: number, high: number): Uint8Array {
  const stride = width + 2;
  const state = new Uint8Array(stride * (height + 2)); // framed, so that neighbours need no bounds
  for (let i = 0; i < count; i++) if (size[i]! > low) state[at[i]!] = waiting;
  const open = new Int32Array(count); // a pixel is put here once at most
  let end = 0;
  const reach = (to: number): void => {
    if (state[to] !== waiting) return;
    state[to] = edge;
    open[end++] = to;
  };
  for (let i = 0; i < count; i++) {
    if (size[i]! <= high) continue;
    reach(at[i]!);
    while (end > 0) {
      const from = open[--end]!;
      reach(from - stride - 1);
      reach(from - stride);
      reach(from - stride + 1);
      reach(from - 1);
      reach(from + 1);
      reach(from + stride - 1);
      reach(from + stride);
      reach(from + stride + 1);
    }
  }
  return edgesWithoutFrame(state, width, height);
}

function edgesWithoutFrame(state: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    const start = (y + 1) * (width + 2) + 1;
    for (let from = start; from < start + width; from++, to++) if (state[from] === edge) out[to] = edge;
  }
  return out;
}
