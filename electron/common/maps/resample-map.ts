import type { Extent } from '../geometry.ts';
import { channelsOf, newMap } from './condition-map.ts';
import type { ConditionMap } from './condition-map.ts';

/** A map at another size. Segmentation takes the nearest pixel, so that no colour is invented; depth averages areas; canny keeps a
 * line of one pixel one pixel wide when it shrinks, and is better detected anew in the picture where there is one. */
export function resampleMap(map: ConditionMap, size: Extent): ConditionMap {
  if (map.width === size.width && map.height === size.height) return map;
  if (map.kind === 'segmentation') return nearest(map, size);
  if (map.kind === 'depth') return area(map, size);
  return size.width < map.width || size.height < map.height ? brightest(map, size) : nearest(map, size);
}

/** Pillow's rule: a running sum, whose rounding decides at whole numbers (spec/conditions.md section 7). */
function nearestIndices(inputs: number, outputs: number): Int32Array {
  const step = inputs / outputs;
  const indices = new Int32Array(outputs);
  for (let i = 0, at = step * 0.5; i < outputs; i++, at += step) indices[i] = Math.min(inputs - 1, Math.trunc(at));
  return indices;
}

function nearest(map: ConditionMap, size: Extent): ConditionMap {
  const out = newMap(map.kind, size);
  const channels = channelsOf(map.kind);
  const columns = nearestIndices(map.width, size.width);
  const rows = nearestIndices(map.height, size.height);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * map.width + column) * channels;
      for (let c = 0; c < channels; c++) out.data[to++] = map.data[from + c]!;
    }
  }
  return out;
}

/** The brightest of the pixels that an output pixel touches. */
function brightest(map: ConditionMap, size: Extent): ConditionMap {
  const out = newMap(map.kind, size);
  for (let y = 0; y < size.height; y++) {
    const [top, bottom] = span(y, map.height / size.height, map.height);
    for (let x = 0; x < size.width; x++) {
      const [left, right] = span(x, map.width / size.width, map.width);
      let most = 0;
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) most = Math.max(most, map.data[row * map.width + column]!);
      }
      out.data[y * size.width + x] = most;
    }
  }
  return out;
}

/** Whole inputs whose larger part an output covers, one at least. */
function span(output: number, step: number, inputs: number): [first: number, end: number] {
  const first = Math.min(inputs - 1, Math.round(output * step));
  return [first, Math.max(first + 1, Math.min(inputs, Math.round((output + 1) * step)))];
}

/** Mean of the covered area where an axis shrinks, a line between neighbours where it grows. */
function area(map: ConditionMap, size: Extent): ConditionMap {
  const columns = areaTaps(map.width, size.width);
  const rows = areaTaps(map.height, size.height);
  const wide = new Float32Array(size.width * map.height);
  for (let y = 0; y < map.height; y++) {
    for (const [x, { first, weights }] of columns.entries()) {
      let sum = 0;
      for (const [k, weight] of weights.entries()) sum += weight * map.data[y * map.width + first + k]!;
      wide[y * size.width + x] = sum;
    }
  }
  const out = newMap(map.kind, size);
  for (const [y, { first, weights }] of rows.entries()) {
    for (let x = 0; x < size.width; x++) {
      let sum = 0;
      for (const [k, weight] of weights.entries()) sum += weight * wide[(first + k) * size.width + x]!;
      out.data[y * size.width + x] = Math.round(sum);
    }
  }
  return out;
}

interface Taps {
  readonly first: number;
  readonly weights: readonly number[]; // their sum is 1
}

function areaTaps(inputs: number, outputs: number): Taps[] {
  const step = inputs / outputs;
  return Array.from({ length: outputs }, (_, i) => {
    if (step <= 1) return linearTaps((i + 0.5) * step - 0.5, inputs);
    const [start, end] = [i * step, Math.min(inputs, (i + 1) * step)];
    const first = Math.floor(start);
    const covered = Array.from(
      { length: Math.ceil(end) - first },
      (_, k) => Math.min(end, first + k + 1) - Math.max(start, first + k),
    );
    return { first, weights: covered.map((part) => part / (end - start)) };
  });
}

function linearTaps(position: number, inputs: number): Taps {
  const inside = Math.max(0, Math.min(inputs - 1, position));
  const first = Math.min(Math.floor(inside), Math.max(0, inputs - 2));
  const second = inside - first;
  return { first, weights: inputs === 1 ? [1] : [1 - second, second] };
}
