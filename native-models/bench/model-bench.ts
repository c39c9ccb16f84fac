import type { DeviceGuard, EditModel, EditRun, ModelTimings, PreviewBand, RgbImage } from '../api.ts';
import { openModel } from '../open-model.ts';
import { median, peakMiB, residentMiB } from './statistics.ts';

/** Times of whole edits, in milliseconds; memory in MiB. */
export interface ModelBench {
  readonly device: string;
  readonly openMs: number;
  readonly openMiB: number;
  readonly peakMiB: number;
  /** Of the middle run by total time. */
  readonly timings: ModelTimings;
  readonly totalMs: number; // begin to final picture, previews included
  readonly secondPrefillMs: number; // another instruction on the same picture
  readonly previewShare: number; // of decode time
  readonly previewPsnr: number; // dB, previewed rows against the final picture; Infinity when equal
  readonly previewPsnrWorstBand: number;
}

const runs = 5;

/** Opens a pack and edits `image` several times with its own sampling settings. */
export async function benchModel(folder: string, image: RgbImage, guard?: DeviceGuard): Promise<ModelBench> {
  const before = residentMiB();
  const openStart = performance.now();
  await using model = await openModel(folder, { guard });
  const openMs = performance.now() - openStart;
  const openMiB = residentMiB() - before;
  const first = await edit(model, image, 'make it blue', 0);
  const second = await edit(model, image, 'make it red', 0);
  const all = [first];
  for (let seed = 1; seed < runs; seed++) all.push(await edit(model, changed(image, seed), 'make it blue', seed));
  const middle = all.find(({ totalMs }) => totalMs === median(all.map((run) => run.totalMs)))!;
  const bands = all.flatMap(({ errors }) => errors);
  return {
    device: model.device.name,
    openMs,
    openMiB,
    peakMiB: peakMiB(),
    timings: middle.timings,
    totalMs: middle.totalMs,
    secondPrefillMs: second.timings.prefillMs,
    previewShare: middle.timings.previewMs / middle.timings.decodeMs,
    previewPsnr: psnr(bands.reduce((sum, error) => sum + error, 0) / bands.length),
    previewPsnrWorstBand: psnr(Math.max(...bands)),
  };
}

interface BenchRun {
  readonly timings: ModelTimings;
  readonly totalMs: number;
  readonly errors: readonly number[]; // mean squared error of each previewed band
}

async function edit(model: EditModel, image: RgbImage, instruction: string, seed: number): Promise<BenchRun> {
  const start = performance.now();
  await using run = await model.begin(
    { image, task: 'edit', instruction },
    { ...model.samplingDefaults, seed, variants: 1 },
  );
  const bands = await decodeWithPreviews(run);
  const final = await run.finish(0);
  const totalMs = performance.now() - start;
  return {
    timings: run.timings,
    totalMs,
    errors: bands.map((band) => bandError(band, final, model.capabilities.grid)),
  };
}

async function decodeWithPreviews(run: EditRun): Promise<PreviewBand[]> {
  const bands: PreviewBand[] = [];
  while (run.committed < run.totalSteps) {
    await run.step();
    bands.push(...(await run.preview()));
  }
  return bands;
}

function bandError({ image, firstRow }: PreviewBand, final: RgbImage, grid: number): number {
  const start = ((firstRow * final.height) / grid) * final.width * 3;
  let sum = 0;
  for (let i = 0; i < image.data.length; i++) sum += (image.data[i] - final.data[start + i]) ** 2;
  return sum / image.data.length;
}

const psnr = (meanSquaredError: number): number => 10 * Math.log10(255 ** 2 / meanSquaredError);

/** A picture that differs enough not to be taken from the cache. */
const changed = (image: RgbImage, seed: number): RgbImage => ({
  ...image,
  data: image.data.map((value, i) => (i < 3 ? (value + seed) % 256 : value)),
});
