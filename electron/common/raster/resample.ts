import { colourChannels, maxSample, newSamples } from './raster.ts';
import type { Depth, Raster } from './raster.ts';
import type { Bounds, Extent } from '../geometry.ts';
import { inSlices } from './slices.ts';
import type { Pause } from './slices.ts';

const lobes = 3;

/** For every output of one axis: which inputs it reads, and how much of each. */
interface AxisTaps {
  readonly taps: number;
  readonly indices: Int32Array; // [outputs][taps], inside the input
  readonly weights: Float32Array; // [outputs][taps], each output's sum is 1
}

/** Resamples a window of a raster to `out` with Lanczos-3, widened when shrinking. The window may have fractions, and may reach
 * beyond the raster, which then continues as its own reflection. Pixel centres map to pixel centres, so nothing shifts; a window of
 * whole pixels at its own size comes back unchanged. Alpha is dropped.
 * @param window in pixels of `source` @param depth of the result; 8-bit sources fill 16 bits with what interpolation gives */
export async function resample(
  source: Raster,
  window: Bounds,
  out: Extent,
  depth: Depth,
  pause: Pause,
): Promise<Raster> {
  const columns = axisTaps(window.x, window.width, out.width, source.width);
  const rows = axisTaps(window.y, window.height, out.height, source.height);
  const { first, end } = usedRange(rows.indices);
  const wide = await resampleRows(source, columns, out.width, first, end, pause);
  const scale = maxSample(depth) / maxSample(source.depth);
  const channels = colourChannels(source);
  const to = { stride: out.width * channels, height: out.height, depth, scale };
  const data = await resampleColumns(wide, rows, first, to, pause);
  return {
    width: out.width,
    height: out.height,
    channels,
    depth,
    data,
    ...(source.profile && { profile: source.profile }),
  };
}

/** @returns [end - first][width][colour channels] */
async function resampleRows(
  source: Raster,
  { taps, indices, weights }: AxisTaps,
  width: number,
  first: number,
  end: number,
  pause: Pause,
): Promise<Float32Array> {
  const { channels, data } = source;
  const colours = colourChannels(source);
  const wide = new Float32Array((end - first) * width * colours);
  const line = new Float32Array(source.width * channels); // one kind of array for the inner loop, whatever the depth
  const offsets = indices.map((index) => index * channels);
  const pass = colours === 3 ? threeChannels : oneChannel;
  await inSlices(end - first, width * colours * taps, pause, (from, to) => {
    for (let row = from; row < to; row++) {
      const start = (first + row) * line.length;
      line.set(data.subarray(start, start + line.length));
      pass(line, offsets, weights, taps, wide.subarray(row * width * colours, (row + 1) * width * colours));
    }
  });
  return wide;
}

type RowPass = (
  line: Float32Array,
  offsets: Int32Array,
  weights: Float32Array,
  taps: number,
  out: Float32Array,
) => void;

const oneChannel: RowPass = (line, offsets, weights, taps, out) => {
  for (let x = 0, k = 0; x < out.length; x++) {
    let sum = 0;
    for (const end = k + taps; k < end; k++) sum += weights[k]! * line[offsets[k]!]!;
    out[x] = sum;
  }
};

const threeChannels: RowPass = (line, offsets, weights, taps, out) => {
  for (let x = 0, k = 0; x < out.length; x += 3) {
    let [red, green, blue] = [0, 0, 0];
    for (const end = k + taps; k < end; k++) {
      const weight = weights[k]!;
      const at = offsets[k]!;
      red += weight * line[at]!;
      green += weight * line[at + 1]!;
      blue += weight * line[at + 2]!;
    }
    out[x] = red;
    out[x + 1] = green;
    out[x + 2] = blue;
  }
};

interface Target {
  readonly stride: number; // values of one row
  readonly height: number;
  readonly depth: Depth;
  readonly scale: number; // from the samples of the source to those of the result
}

async function resampleColumns(
  wide: Float32Array,
  { taps, indices, weights }: AxisTaps,
  firstRow: number,
  { stride, height, depth, scale }: Target,
  pause: Pause,
): Promise<Raster['data']> {
  const data = newSamples(depth, stride * height);
  const most = maxSample(depth);
  const sums = new Float32Array(stride); // a whole row at a time, in the order of memory
  await inSlices(height, stride * taps, pause, (from, to) => {
    for (let y = from; y < to; y++) {
      sums.fill(0.5); // rounds to the nearest when stored
      for (let k = y * taps; k < (y + 1) * taps; k += rowsAtOnce) {
        addRows(sums, wide, (tap) => (indices[tap]! - firstRow) * stride, weights, k, (y + 1) * taps, scale);
      }
      for (let i = 0, target = y * stride; i < stride; i++) data[target + i] = Math.max(0, Math.min(most, sums[i]!));
    }
  });
  return data;
}

const rowsAtOnce = 3;

/** Adds up to three weighted rows in one go, which spares most of the traffic between memory and sums. */
function addRows(
  sums: Float32Array,
  wide: Float32Array,
  startOf: (tap: number) => number,
  weights: Float32Array,
  first: number,
  end: number,
  scale: number,
): void {
  const [second, third] = [first + 1, first + 2];
  const a = weights[first]! * scale;
  const b = second < end ? weights[second]! * scale : 0;
  const c = third < end ? weights[third]! * scale : 0;
  if (a === 0 && b === 0 && c === 0) return;
  const rowA = startOf(first);
  const rowB = second < end ? startOf(second) : rowA;
  const rowC = third < end ? startOf(third) : rowA;
  for (let i = 0; i < sums.length; i++) sums[i]! += a * wide[rowA + i]! + b * wide[rowB + i]! + c * wide[rowC + i]!;
}

function axisTaps(start: number, length: number, outputs: number, inputs: number): AxisTaps {
  const step = length / outputs;
  const stretch = Math.max(1, step);
  const support = lobes * stretch;
  const taps = Math.ceil(2 * support) + 1;
  const indices = new Int32Array(outputs * taps);
  const weights = new Float32Array(outputs * taps);
  for (let i = 0; i < outputs; i++) {
    const centre = start + (i + 0.5) * step - 0.5; // in input pixel centres
    const first = Math.ceil(centre - support);
    let total = 0;
    for (let k = 0; k < taps; k++) total += lanczos((first + k - centre) / stretch);
    for (let k = 0; k < taps; k++) {
      indices[i * taps + k] = reflect(first + k, inputs);
      weights[i * taps + k] = lanczos((first + k - centre) / stretch) / total;
    }
  }
  return { taps, indices, weights };
}

/** The index inside 0 … length - 1 that a mirror at each edge shows at `index`; the edge pixel itself is seen twice. */
export function reflect(index: number, length: number): number {
  const period = 2 * length;
  const at = ((index % period) + period) % period;
  return at < length ? at : period - 1 - at;
}

function usedRange(indices: Int32Array): { first: number; end: number } {
  let first = Infinity;
  let end = 0;
  for (const index of indices) {
    first = Math.min(first, index);
    end = Math.max(end, index + 1);
  }
  return { first, end };
}

const lanczos = (t: number): number => (Math.abs(t) < lobes ? sinc(t) * sinc(t / lobes) : 0);

/** Exactly 0 at whole numbers, where the rounding of π would leave a trace. */
const sinc = (t: number): number => (t === 0 ? 1 : Number.isInteger(t) ? 0 : Math.sin(Math.PI * t) / (Math.PI * t));
