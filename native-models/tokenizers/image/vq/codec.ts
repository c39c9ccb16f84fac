import type { RgbImage } from '../../../api.ts';
import { ModelError } from '../../../errors.ts';
import { wholeNumbers } from '../../../runtime/host-tensor.ts';
import type { HostTensor } from '../../../runtime/host-tensor.ts';
import type { Session } from '../../../runtime/session.ts';
import { normalizedPixels, rgbBytes } from '../image-tensor.ts';
import { downscale } from './config.ts';
import type { VqConfig } from './config.ts';

/** The tokenizer's opened graphs, see `graph.ts`. */
export interface VqSessions {
  readonly encoder: Session;
  readonly head: Session;
  readonly tail: Session;
  readonly band: Session;
}

/** A picture decoded as a whole, and what its norms measured on the way. */
export interface WholePicture {
  readonly image: RgbImage;
  readonly statistics: HostTensor;
}

/** Rows of cells beyond a band that its pixels are computed from. Two reach nearly all of the influence: the error left is
 * measured in docs/benchmarks.md. */
const halo = 2;

/** Pictures to ids and back. */
export class VqCodec implements AsyncDisposable {
  constructor(
    readonly config: VqConfig,
    readonly sessions: VqSessions,
  ) {}

  /** @returns ids in raster order */
  async encode(image: RgbImage, signal?: AbortSignal): Promise<Int32Array> {
    const feed: HostTensor = {
      dtype: 'f32',
      dims: [1, 3, image.height, image.width],
      data: normalizedPixels(image),
    };
    const { ids } = await this.sessions.encoder.run({ pixels: feed }, ['ids'], { signal });
    return Int32Array.from(ids.data as BigInt64Array, Number);
  }

  /** @param ids [rows · columns] */
  async decode(ids: Int32Array, columns: number, signal?: AbortSignal): Promise<WholePicture> {
    const features = await this.#features(ids, columns, signal);
    const { pixels, statistics } = await this.sessions.tail.run({ features }, undefined, { signal });
    return { image: toImage(pixels), statistics };
  }

  /** Some rows of cells as pixels, decoded as if the rest of the picture had the given statistics.
   * Approximate: the norms are those of another picture, and the convolutions see two more rows on each side, not all. */
  async decodeBand(
    ids: Int32Array,
    columns: number,
    firstRow: number,
    rows: number,
    statistics: HostTensor,
    signal?: AbortSignal,
  ): Promise<RgbImage> {
    const features = await this.#features(ids, columns, signal);
    const from = Math.max(0, firstRow - halo);
    const to = Math.min(ids.length / columns, firstRow + rows + halo);
    const feed = { features: sliceRows(features, from, to), statistics };
    const { pixels } = await this.sessions.band.run(feed, undefined, { signal });
    const cell = downscale(this.config);
    return cropRows(toImage(pixels), (firstRow - from) * cell, rows * cell);
  }

  async #features(ids: Int32Array, columns: number, signal?: AbortSignal): Promise<HostTensor> {
    const feed = wholeNumbers(ids, [1, ids.length / columns, columns]);
    return (await this.sessions.head.run({ ids: feed }, undefined, { signal })).features;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Object.values(this.sessions).map((session: Session) => session[Symbol.asyncDispose]()));
  }
}

/** @throws ModelError `bad-output` when a pixel is not a number */
function toImage({ dims, data }: HostTensor): RgbImage {
  const [, , height, width] = dims;
  const pixels = data as Float32Array;
  if (pixels.some(Number.isNaN))
    throw new ModelError('bad-output', 'the image decoder produced pixels that are not numbers');
  return { width, height, data: rgbBytes(pixels, width, height) };
}

/** Rows `from` to `to` of [1, C, H, W]. */
function sliceRows({ dims, data }: HostTensor, from: number, to: number): HostTensor {
  const [, channels, height, width] = dims;
  const rows = to - from;
  const kept = new Float32Array(channels * rows * width);
  for (let channel = 0; channel < channels; channel++) {
    const start = (channel * height + from) * width;
    kept.set((data as Float32Array).subarray(start, start + rows * width), channel * rows * width);
  }
  return { dtype: 'f32', dims: [1, channels, rows, width], data: kept };
}

const cropRows = ({ width, data }: RgbImage, top: number, height: number): RgbImage => ({
  width,
  height,
  data: data.slice(top * width * 3, (top + height) * width * 3),
});
