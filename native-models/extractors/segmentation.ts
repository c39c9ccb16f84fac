import type { RgbImage } from '../api.ts';
import { cocoPanoptic } from '../conditions/coco-panoptic.ts';
import { paletteIndices } from '../conditions/label-sets.ts';
import { unlabelled } from '../conditions/palette.ts';
import { ModelError } from '../errors.ts';
import type { HostTensor } from '../runtime/host-tensor.ts';
import type { Session } from '../runtime/session.ts';
import type { QueriesConfig } from './config.ts';
import type { ExtractedMap, ExtractorAbout, MapExtractor } from './extractor.ts';
import { isFamiliar } from './familiarity.ts';
import { enlarge, normalizations, pictureTensor } from './planes.ts';

/** What a network of masks found: every query has chances per class and a mask. */
export interface MaskQueries {
  readonly queries: number;
  readonly labels: number; // without the last, “nothing”
  readonly chances: Float32Array; // softmax over classes and “nothing”, [queries][labels + 1]
  readonly masks: Float32Array; // before the sigmoid, [queries][height · width]
}

const maskCells = 64; // of the `pixel_mask` that DETR's exported graphs take, along one side

/** DETR and MaskFormer with COCO's panoptic classes (spec/conditions.md section 4.5). */
export class QueriesExtractor implements MapExtractor {
  readonly kind = 'segmentation';
  readonly #indices: readonly number[]; // network's class → palette index, -1 for what the palette lacks

  constructor(
    readonly about: ExtractorAbout,
    readonly config: QueriesConfig,
    readonly session: Session,
  ) {
    this.#indices = paletteIndices(config.labels);
  }

  async extract(image: RgbImage, signal?: AbortSignal): Promise<ExtractedMap> {
    const size = inputSize(image, this.config);
    const padded = paddedSize(size, this.config.multiple);
    const form = { ...size, padded, filter: 'bilinear', normalization: normalizations.imagenet } as const;
    const feeds: Record<string, HostTensor> = { pixel_values: pictureTensor(image, form) };
    if (this.session.inputs.some(({ name }) => name === 'pixel_mask')) feeds.pixel_mask = fullMask();
    const outputs = await this.session.run(feeds, undefined, { signal });
    const isDetr = this.config.form === 'detr';
    const logits = outputs[isDetr ? 'logits' : 'class_queries_logits'];
    const masks = outputs[isDetr ? 'pred_masks' : 'masks_queries_logits'];
    const [queries, classes] = logits.dims.slice(-2);
    const [height, width] = masks.dims.slice(-2);
    const found = { queries, labels: classes - 1, chances: softmaxRows(logits.data as Float32Array, classes) };
    const scores = classScores({ ...found, masks: masks.data as Float32Array }, this.#indices);
    if (!scores.every((plane) => plane.every(Number.isFinite))) {
      throw new ModelError('bad-output', `${this.about.title} gave chances that are no numbers`);
    }
    const [across, down] = [(width * size.width) / padded.width, (height * size.height) / padded.height];
    const grid = { width, height, across, down };
    const data = likeliest(scores, (plane) => enlarge(plane, grid, image.width, image.height));
    return { data, isFamiliar: isFamiliar(image, this.about.worlds) };
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.session[Symbol.asyncDispose]();
  }
}

/** Shortest side `shortest`, unless the longest would exceed `longest`; the other side's decimals are cut off. */
export function inputSize(
  { width, height }: Pick<RgbImage, 'width' | 'height'>,
  { shortest, longest }: Pick<QueriesConfig, 'shortest' | 'longest'>,
): { width: number; height: number } {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const isCapped = (shortest * long) / short > longest;
  const shortSide = isCapped ? Math.max(1, Math.round((longest * short) / long)) : shortest;
  const longSide = isCapped ? longest : Math.trunc((shortest * long) / short);
  return width <= height ? { width: shortSide, height: longSide } : { width: longSide, height: shortSide };
}

function paddedSize({ width, height }: { width: number; height: number }, multiple: number) {
  return { width: Math.ceil(width / multiple) * multiple, height: Math.ceil(height / multiple) * multiple };
}

function fullMask(): HostTensor {
  return { dtype: 'i64', dims: [1, maskCells, maskCells], data: new BigInt64Array(maskCells ** 2).fill(1n) };
}

function softmaxRows(logits: Float32Array, columns: number): Float32Array {
  const out = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += columns) {
    const row = logits.subarray(start, start + columns);
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = row.reduce((sum, value) => sum + Math.exp(value - most), 0);
    for (let i = 0; i < columns; i++) out[start + i] = Math.exp(row[i] - most) / total;
  }
  return out;
}

/** How strongly each pixel belongs to each class of the palette: over all queries, chance of the class times sigmoid of the mask. Leaves
 * no holes, unlike taking whole queries. @returns one plane per palette index; empty where no query is for it */
export function classScores(
  { queries, labels, chances, masks }: MaskQueries,
  indices: ArrayLike<number>,
): Float32Array[] {
  const pixels = masks.length / queries;
  const scores = cocoPanoptic.map(() => new Float32Array(0));
  for (let q = 0; q < queries; q++) {
    const inside = masks.subarray(q * pixels, (q + 1) * pixels).map((value) => 1 / (1 + Math.exp(-value)));
    for (let label = 0; label < Math.min(labels, indices.length); label++) {
      const chance = chances[q * (labels + 1) + label];
      const index = indices[label];
      if (index < 0 || chance < leastChance) continue;
      if (scores[index].length === 0) scores[index] = new Float32Array(pixels);
      for (let i = 0; i < pixels; i++) scores[index][i] += chance * inside[i];
    }
  }
  return scores;
}

/** Chances below this cannot add up to a class: 100 queries of it stay under `leastScore`. */
const leastChance = 0.0005;
/** Below this no class is believed. */
const leastScore = 0.1;

/** The class with the highest score at every pixel, `unlabelled` where none is above `least`. */
export function likeliest(
  scores: readonly Float32Array[],
  enlarged: (plane: Float32Array) => Float32Array,
  least = leastScore,
): Uint8Array {
  let best: Float32Array | undefined;
  let out = new Uint8Array(0);
  for (const [index, plane] of scores.entries()) {
    if (plane.length === 0) continue;
    const values = enlarged(plane);
    if (!best) {
      best = new Float32Array(values.length).fill(least);
      out = new Uint8Array(values.length).fill(unlabelled);
    }
    for (let i = 0; i < values.length; i++) {
      if (values[i] <= best[i]) continue;
      best[i] = values[i];
      out[i] = index;
    }
  }
  return out;
}
