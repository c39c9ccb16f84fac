import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTensors, type RawTensor } from '../checkpoint/read-tensors.ts';
import { depthRmse, toGreyLevels } from '../evaluation/depth.ts';
import { decodeEditMask, outside } from '../evaluation/edit-mask.ts';
import { edgeF1 } from '../evaluation/edges.ts';
import { frechetDistance } from '../evaluation/frechet.ts';
import { meanSquaredError, toPsnr } from '../evaluation/picture-error.ts';
import type { KeepMask, Plane } from '../evaluation/planes.ts';
import { bytePlanes, resizeBytePlane, resizePlane } from '../evaluation/resize.ts';
import { scoreSegmentation } from '../evaluation/segmentation.ts';
import { multiScaleSsim, planeSsim, ssim } from '../evaluation/ssim.ts';
import { structureDistance, structureInput } from '../evaluation/structure.ts';
import { compareExactly, compareNumbers } from './compare.ts';
import { ParityFailure, type DecodePicture, type ParityResult } from './result.ts';

interface PictureScores {
  readonly mse: number;
  readonly psnr: number;
  readonly ssim_full: number;
  readonly ssim_cropped: number;
}

interface Expected {
  readonly pairs: readonly {
    readonly source: string;
    readonly target: string;
    readonly width: number;
    readonly height: number;
    readonly mask_rle: readonly number[];
    readonly mask_sha256: string;
    readonly unmasked: PictureScores;
    readonly background: PictureScores;
  }[];
  readonly edges: readonly {
    readonly file: string;
    readonly width: number;
    readonly height: number;
    readonly ms_ssim: number;
    readonly ssim_float64: number;
    readonly psnr: number;
    readonly f1: number;
  }[];
  readonly structure: { readonly distance_from_keys: number };
  readonly fid: { readonly full: number; readonly lowrank: number };
  readonly depth: { readonly rmse: number };
  readonly seg: {
    readonly classes: number;
    readonly ignore: number;
    readonly iou: readonly (number | null)[];
    readonly miou: number;
    readonly acc: number;
  };
}

/** Tolerances of the case's manifest. */
const tolerance = {
  mse: 1e-7,
  psnr: 1e-4,
  ssim: 1e-5,
  msSsim: 1e-4,
  exact: 1e-9,
  structure: 1e-6,
  frechet: 1e-6,
  pixel: 1e-3,
};

type Compare = (what: string, actual: number, expected: number, maxAbs: number) => void;

/** Runs the `eval-metrics` case: every metric that needs no network, from files to numbers. */
export async function checkEvalMetrics(folder: string, decodePicture: DecodePicture): Promise<ParityResult> {
  const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected;
  let maxError = 0;
  let count = 0;
  const compare: Compare = (what, actual, wanted, maxAbs) => {
    maxError = Math.max(maxError, compareNumbers(what, [actual], [wanted], { maxAbs }));
    count++;
  };
  await checkPairs(folder, expected, decodePicture, compare);
  await checkEdges(folder, expected, compare);
  await checkStructure(folder, expected, compare);
  await checkFrechet(folder, expected, compare);
  await checkMaps(folder, expected, compare);
  await checkResizing(folder, decodePicture);
  return { maxError, detail: `${count} numbers, masks and resized pictures` };
}

async function checkPairs(folder: string, { pairs }: Expected, decodePicture: DecodePicture, compare: Compare) {
  for (const pair of pairs) {
    const a = await decodePicture(join(folder, pair.source));
    const b = await decodePicture(join(folder, pair.target));
    const mask = decodeEditMask(pair.mask_rle, pair.width, pair.height);
    const hash = createHash('sha256').update(mask).digest('hex');
    if (hash !== pair.mask_sha256) throw new ParityFailure(`mask of ${pair.source}: hash ${hash}`);
    const check = (what: string, scores: PictureScores, keep?: KeepMask): void => {
      const error = meanSquaredError(a, b, keep);
      compare(`${what} MSE`, error, scores.mse, tolerance.mse);
      compare(`${what} PSNR`, toPsnr(error), scores.psnr, tolerance.psnr);
      compare(`${what} SSIM`, ssim(a, b, keep), scores.ssim_full, tolerance.ssim);
      compare(`${what} cropped SSIM`, ssim(a, b, keep, 'pnp2023'), scores.ssim_cropped, tolerance.ssim);
    };
    check(`${pair.source} whole`, pair.unmasked);
    check(`${pair.source} background`, pair.background, outside(mask));
  }
}

async function checkEdges(folder: string, { edges }: Expected, compare: Compare): Promise<void> {
  for (const { file, width, height, ...scores } of edges) {
    const tensors = await tensorsOf(folder, file);
    const plane = (name: string): Plane => ({ width, height, data: unpackBits(tensors(name).data, width * height) });
    const [a, b] = [plane('a'), plane('b')];
    const error = a.data.reduce((sum, value, i) => sum + (value - b.data[i]) ** 2, 0) / a.data.length;
    compare(`${file} MS-SSIM`, multiScaleSsim(a, b), scores.ms_ssim, tolerance.msSsim);
    compare(`${file} SSIM`, planeSsim(a, b), scores.ssim_float64, tolerance.ssim);
    compare(`${file} PSNR`, toPsnr(error), scores.psnr, tolerance.psnr);
    compare(`${file} F1`, edgeF1(a, b), scores.f1, tolerance.exact);
  }
}

/** Bits of bytes, the highest first. */
const unpackBits = (bytes: RawTensor['data'], count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => (Number(bytes[i >> 3]) >> (7 - (i % 8))) & 1);

async function checkStructure(folder: string, { structure }: Expected, compare: Compare): Promise<void> {
  const tensor = await tensorsOf(folder, 'structure.safetensors');
  const keys = tensor('keys_a');
  const distance = structureDistance(numbers(keys), numbers(tensor('keys_b')), keys.dims[0]);
  compare('structure distance', distance, structure.distance_from_keys, tolerance.structure);
  const original = planesOf(tensor('image'));
  const recorded = tensor('resized_antialias');
  const [height, width] = recorded.dims.slice(1);
  const smooth = original.map((channel) => resizePlane(channel, width, height, 'bilinear'));
  const plain = original.map((channel) => resizePlane(channel, width, height, 'plain-bilinear'));
  const near = { maxAbs: tolerance.pixel };
  compareNumbers('structure picture', joined(smooth), numbers(recorded), near);
  compareNumbers('structure picture without antialias', joined(plain), numbers(tensor('resized_plain')), near);
  compareNumbers('structure input', structureInput(planesOf(recorded)), numbers(tensor('normalised')), near);
}

/** Channels of a tensor [3, height, width]. */
function planesOf(tensor: RawTensor): Plane[] {
  const [height, width] = tensor.dims.slice(1);
  const all = Float64Array.from(numbers(tensor));
  return [0, 1, 2].map((c) => ({ width, height, data: all.slice(c * width * height, (c + 1) * width * height) }));
}

const joined = (planes: readonly Plane[]): number[] => planes.flatMap(({ data }) => Array.from(data));

async function checkFrechet(folder: string, { fid }: Expected, compare: Compare): Promise<void> {
  const tensor = await tensorsOf(folder, 'fid.safetensors');
  const features = (name: string) => {
    const { dims, ...rest } = tensor(name);
    return { count: dims[0], dim: dims[1], data: numbers(rest) };
  };
  for (const name of ['full', 'lowrank'] as const) {
    const distance = frechetDistance(features(`${name}_a`), features(`${name}_b`));
    compare(`Fréchet distance, ${name}`, distance, fid[name], tolerance.frechet * fid[name]);
  }
}

async function checkMaps(folder: string, { depth, seg }: Expected, compare: Compare): Promise<void> {
  const maps = await tensorsOf(folder, 'depth.safetensors');
  const prediction = toGreyLevels(numbers(maps('prediction')));
  const label = toGreyLevels(numbers(maps('label')));
  compareExactly('grey levels of the prediction', prediction, numbers(maps('prediction_u8')));
  compareExactly('grey levels of the label', label, numbers(maps('label_u8')));
  compare('depth RMSE', depthRmse(prediction, label), depth.rmse, tolerance.exact);

  const labels = await tensorsOf(folder, 'seg.safetensors');
  const score = scoreSegmentation(numbers(labels('predictions')), numbers(labels('labels')), seg.classes, seg.ignore);
  compare('mIoU', score.meanIou, seg.miou, tolerance.exact);
  compare('pixel accuracy', score.accuracy, seg.acc, tolerance.exact);
  score.iou.forEach((value, c) => compare(`IoU of class ${c}`, value ?? -1, seg.iou[c] ?? -1, tolerance.exact));
}

/** The ways of four networks to shrink a picture, at every few rows and columns. */
async function checkResizing(folder: string, decodePicture: DecodePicture): Promise<void> {
  const tensor = await tensorsOf(folder, 'resize.safetensors');
  const image = await decodePicture(join(folder, 'resize-source.png'));
  const channels = bytePlanes(image);
  const wide = channels.map((channel) => clipped(resizePlane(channel, 299, 299, 'bicubic')));
  compareNumbers('FID picture', sampled(wide, 13), numbers(tensor('cleanfid299')), { maxAbs: tolerance.pixel });

  const scale = 224 / Math.min(image.width, image.height);
  const size = [Math.trunc(image.width * scale), Math.trunc(image.height * scale)] as const;
  const clip = channels.map((channel) => middle(resizeBytePlane(channel, ...size, 'bicubic'), 224));
  compareExactly('CLIP picture', sampled(clip, 7), numbers(tensor('clip224')));

  const square = channels.map((channel) => resizeBytePlane(channel, 384, 384, 'bilinear'));
  compareExactly('depth picture', sampled(square, 11), numbers(tensor('dpt384')));
  const back = resizeBytePlane(square[0], 512, 512, 'bilinear');
  compareExactly('depth map', sampled([back], 17), numbers(tensor('depth512')));
}

const clipped = (plane: Plane): Plane => ({ ...plane, data: plane.data.map((v) => Math.min(255, Math.max(0, v))) });

function middle({ width, height, data }: Plane, size: number): Plane {
  const [left, top] = [(width - size) >> 1, (height - size) >> 1];
  const at = (i: number): number => data[(top + Math.floor(i / size)) * width + left + (i % size)];
  return { width: size, height: size, data: Float64Array.from({ length: size * size }, (_, i) => at(i)) };
}

/** Every `step`-th row and column, channels last. */
function sampled(planes: readonly Plane[], step: number): number[] {
  const values: number[] = [];
  for (let y = 0; y < planes[0].height; y += step) {
    for (let x = 0; x < planes[0].width; x += step)
      values.push(...planes.map(({ width, data }) => data[y * width + x]));
  }
  return values;
}

const numbers = ({ data }: Pick<RawTensor, 'data'>): ArrayLike<number> => data as ArrayLike<number>;

async function tensorsOf(folder: string, file: string): Promise<(name: string) => RawTensor> {
  const tensors = await readTensors(join(folder, file));
  return (name) => {
    const found = tensors.get(name);
    if (!found) throw new ParityFailure(`${file}: no tensor ${name}`);
    return found;
  };
}
