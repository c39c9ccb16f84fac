import type { RgbImage } from '../api.ts';
import { ModelError } from '../errors.ts';
import { toGreyLevels } from '../evaluation/depth.ts';
import type { Session } from '../runtime/session.ts';
import { roundHalfToEven } from '../tensor/round.ts';
import type { DepthConfig } from './config.ts';
import type { ExtractedMap, ExtractorAbout, MapExtractor } from './extractor.ts';
import { isFamiliar } from './familiarity.ts';
import { enlarge, normalizations, pictureTensor } from './planes.ts';

/** Depth Anything V2, DPT and networks like them: `pixel_values` [1, 3, h, w] → `predicted_depth` [1, h, w], inverse depth, near is
 * large (spec/conditions.md section 3). */
export class DepthExtractor implements MapExtractor {
  readonly kind = 'depth';

  constructor(
    readonly about: ExtractorAbout,
    readonly config: DepthConfig,
    readonly session: Session,
  ) {}

  async extract(image: RgbImage, signal?: AbortSignal): Promise<ExtractedMap> {
    const { filter, normalization, scale } = this.config;
    const form = { ...inputSize(image, this.config), filter, normalization: normalizations[normalization] };
    const feed = pictureTensor(image, form);
    const outputs = await this.session.run({ pixel_values: feed }, undefined, { signal });
    const { dims, data: values } = outputs.predicted_depth;
    const [height, width] = dims.slice(-2);
    const depth = values as Float32Array;
    if (!depth.every(Number.isFinite))
      throw new ModelError('bad-output', `${this.about.title} gave depths that are no numbers`);
    const enlarged = enlarge(depth, { width, height, across: width, down: height }, image.width, image.height);
    const data = scale === 'relative' ? toGreyLevels(enlarged) : Uint8Array.from(enlarged, levelOf);
    return { data, isFamiliar: isFamiliar(image, this.about.worlds) };
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.session[Symbol.asyncDispose]();
  }
}

const levelOf = (share: number): number => Math.round(Math.max(0, Math.min(1, share)) * 255);

/** Size a picture is resized to. `fixed`: the square. `closest`: aspect kept, by whichever of the two sides changes the scale least,
 * both rounded to the multiple, halves to even (spec/conditions.md section 3.3). */
export function inputSize(
  { width, height }: Pick<RgbImage, 'width' | 'height'>,
  { side, sizing, multiple }: Pick<DepthConfig, 'side' | 'sizing' | 'multiple'>,
): { width: number; height: number } {
  if (sizing === 'fixed') return { width: side, height: side };
  const [across, down] = [side / width, side / height];
  const scale = Math.abs(1 - across) < Math.abs(1 - down) ? across : down;
  const fitted = (length: number): number =>
    Math.max(multiple, roundHalfToEven((scale * length) / multiple) * multiple);
  return { width: fitted(width), height: fitted(height) };
}
