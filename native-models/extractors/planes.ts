import type { RgbImage } from '../api.ts';
import { resizeBytePlane, type ResizeFilter } from '../evaluation/resize.ts';
import type { HostTensor } from '../runtime/host-tensor.ts';

/** Mean and deviation of a network's training pictures, per channel, for values 0 … 1. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

const imagenet: Normalization = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
const half: Normalization = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };
export const normalizations = { imagenet, half } as const;

/** How a network takes a picture. Padding is zeros on the right and below. */
export interface PictureForm {
  readonly width: number; // of the resized picture
  readonly height: number;
  readonly padded?: { readonly width: number; readonly height: number };
  readonly filter: ResizeFilter;
  readonly normalization: Normalization;
}

/** A picture as a network takes it: resized in bytes as Pillow does, normalised, padded. @returns [1, 3, height, width] */
export function pictureTensor(image: RgbImage, form: PictureForm): HostTensor {
  const { width, height, filter, padded = form } = form;
  const { mean, deviation } = form.normalization;
  const data = new Float32Array(3 * padded.width * padded.height);
  for (let c = 0; c < 3; c++) {
    const channel = new Float64Array(image.width * image.height);
    for (let i = 0; i < channel.length; i++) channel[i] = image.data[i * 3 + c];
    const plane = resizeBytePlane({ width: image.width, height: image.height, data: channel }, width, height, filter);
    for (let y = 0; y < height; y++) {
      const start = (c * padded.height + y) * padded.width;
      for (let x = 0; x < width; x++) data[start + x] = (plane.data[y * width + x] / 255 - mean[c]) / deviation[c];
    }
  }
  return { dtype: 'f32', dims: [1, 3, padded.height, padded.width], data };
}

/** A grid of values and the part of it that stands for the picture, which is all of it unless the picture was padded. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly across: number; // cells of the width that the picture covers, perhaps a fraction
  readonly down: number;
}

/** One plane of a network's output at the size of the picture: two neighbours per axis, pixel centres on pixel centres.
 * @param values [grid.height][grid.width] @returns [height][width] */
export function enlarge(values: Float32Array, grid: Grid, width: number, height: number): Float32Array {
  const columns = neighbours(grid.width, grid.across, width);
  const rows = neighbours(grid.height, grid.down, height);
  const out = new Float32Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    const above = rows.first[y] * grid.width;
    const below = rows.second[y] * grid.width;
    const down = rows.share[y];
    for (let x = 0; x < width; x++, to++) {
      const [left, right, share] = [columns.first[x], columns.second[x], columns.share[x]];
      const top = values[above + left] + (values[above + right] - values[above + left]) * share;
      const bottom = values[below + left] + (values[below + right] - values[below + left]) * share;
      out[to] = top + (bottom - top) * down;
    }
  }
  return out;
}

function neighbours(cells: number, covered: number, outputs: number) {
  const first = new Int32Array(outputs);
  const second = new Int32Array(outputs);
  const share = new Float64Array(outputs); // of the second
  for (let i = 0; i < outputs; i++) {
    const at = Math.max(0, Math.min(cells - 1, ((i + 0.5) * covered) / outputs - 0.5));
    first[i] = Math.floor(at);
    second[i] = Math.min(cells - 1, first[i] + 1);
    share[i] = at - first[i];
  }
  return { first, second, share };
}
