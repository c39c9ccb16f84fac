// Pillow's LANCZOS on 8-bit pictures, bit for bit (spec/editar.md section 2): fixed-point weights of 22 bits, the horizontal
// pass rounded to bytes before the vertical one.

const precisionBits = 22;
const lobes = 3;

/** Interleaved 8-bit pixels, rows first. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array; // width · height · channels
}

/** Weights of one axis: output i reads `counts[i]` inputs from `starts[i]`. */
interface AxisWeights {
  readonly taps: number; // the most inputs one output reads
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Int32Array; // [outputs][taps], units of 2^-22
}

/** Resizes interleaved 8-bit pixels to `width` × `height` with Lanczos-3, widened when shrinking. An axis that keeps its size is
 * left alone; when both do, the picture itself is returned. Channels are independent of one another. */
export function resizeLanczos(image: Pixels, width: number, height: number): Pixels {
  if (image.width === 0 || image.height === 0 || width < 1 || height < 1) {
    throw new RangeError(`cannot resize ${image.width} × ${image.height} to ${width} × ${height}`);
  }
  const channels = image.data.length / (image.width * image.height);
  const wide = image.width === width ? image : resizeRows(image, width, channels);
  return wide.height === height ? wide : resizeColumns(wide, height, channels);
}

function resizeRows({ width, height, data }: Pixels, newWidth: number, channels: number): Pixels {
  const { taps, starts, counts, weights } = axisWeights(width, newWidth);
  const out = new Uint8Array(newWidth * height * channels);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    for (let x = 0; x < newWidth; x++) {
      const from = row + starts[x] * channels;
      for (let c = 0; c < channels; c++) {
        let sum = 1 << (precisionBits - 1);
        for (let k = 0, w = x * taps, p = from + c; k < counts[x]; k++, p += channels) sum += weights[w + k] * data[p];
        out[to++] = clampToByte(sum >> precisionBits);
      }
    }
  }
  return { width: newWidth, height, data: out };
}

function resizeColumns({ width, height, data }: Pixels, newHeight: number, channels: number): Pixels {
  const { taps, starts, counts, weights } = axisWeights(height, newHeight);
  const stride = width * channels;
  const out = new Uint8Array(stride * newHeight);
  const sums = new Int32Array(stride); // one output row: whole rows are added up, in the order of memory
  for (let y = 0; y < newHeight; y++) {
    sums.fill(1 << (precisionBits - 1));
    for (let k = 0; k < counts[y]; k++) {
      const weight = weights[y * taps + k];
      const row = (starts[y] + k) * stride;
      for (let i = 0; i < stride; i++) sums[i] += weight * data[row + i];
    }
    const to = y * stride;
    for (let i = 0; i < stride; i++) out[to + i] = clampToByte(sums[i] >> precisionBits);
  }
  return { width, height: newHeight, data: out };
}

const clampToByte = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

function axisWeights(inputs: number, outputs: number): AxisWeights {
  const scale = inputs / outputs;
  const stretch = Math.max(1, scale);
  const support = lobes * stretch;
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outputs);
  const counts = new Int32Array(outputs);
  const weights = new Int32Array(outputs * taps);
  const exact = new Float64Array(taps);
  for (let i = 0; i < outputs; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(inputs, Math.trunc(centre + support + 0.5));
    let total = 0;
    for (let k = 0; k < end - start; k++) total += exact[k] = lanczos((k + start - centre + 0.5) / stretch);
    for (let k = 0; k < end - start; k++) weights[i * taps + k] = toFixedPoint(exact[k] / total);
    starts[i] = start;
    counts[i] = end - start;
  }
  return { taps, starts, counts, weights };
}

/** Rounds half away from zero. */
function toFixedPoint(weight: number): number {
  return Math.trunc(weight * 2 ** precisionBits + (weight < 0 ? -0.5 : 0.5));
}

const lanczos = (t: number): number => (t >= -lobes && t < lobes ? sinc(t) * sinc(t / lobes) : 0);
const sinc = (t: number): number => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t));
