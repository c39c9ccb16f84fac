import type { RgbImage } from '../api.ts';
import { paletteIndices } from '../conditions/label-sets.ts';
import { unlabelled } from '../conditions/palette.ts';
import { ModelError } from '../errors.ts';
import type { Session } from '../runtime/session.ts';
import type { DenseConfig } from './config.ts';
import type { ExtractedMap, ExtractorAbout, MapExtractor } from './extractor.ts';
import { isFamiliar } from './familiarity.ts';
import { enlarge, normalizations, pictureTensor } from './planes.ts';
import { likeliest } from './segmentation.ts';

/** SegFormer and networks like it: `pixel_values` [1, 3, side, side] → `logits` [1, classes, h, w] (spec/conditions.md section 4.5). */
export class DenseExtractor implements MapExtractor {
  readonly kind = 'segmentation';
  readonly #indices: readonly number[];

  constructor(
    readonly about: ExtractorAbout,
    readonly config: DenseConfig,
    readonly session: Session,
  ) {
    this.#indices = paletteIndices(config.labels);
  }

  async extract(image: RgbImage, signal?: AbortSignal): Promise<ExtractedMap> {
    const { side, filter, normalization } = this.config;
    const form = { width: side, height: side, filter, normalization: normalizations[normalization] };
    const feed = pictureTensor(image, form);
    const outputs = await this.session.run({ pixel_values: feed }, undefined, { signal });
    const [classes, height, width] = outputs.logits.dims.slice(-3);
    const data = outputs.logits.data as Float32Array;
    if (!data.every(Number.isFinite))
      throw new ModelError('bad-output', `${this.about.title} gave chances that are no numbers`);
    const planes = Array.from({ length: classes }, (_, c) =>
      data.subarray(c * width * height, (c + 1) * width * height),
    );
    const grid = { width, height, across: width, down: height };
    const found = likeliest(planes, (plane) => enlarge(plane, grid, image.width, image.height), -Infinity);
    const painted = found.map((label) => this.#paletteIndex(label));
    return { data: painted, isFamiliar: isFamiliar(image, this.about.worlds) };
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.session[Symbol.asyncDispose]();
  }

  #paletteIndex(label: number): number {
    const index = this.#indices[label] ?? -1;
    return index < 0 ? unlabelled : index;
  }
}
