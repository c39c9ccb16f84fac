import { cpus, totalmem } from 'node:os';
import type { DeviceGuard, WeightPrecision } from '../api.ts';
import { gptXl } from '../families/editar/config.ts';
import { readPack } from '../parts/pack.ts';
import { renderFrame } from '../scenes/frame.ts';
import { FRAME } from '../scenes/scene.ts';
import { prepareSquare } from '../tensor/square-crop.ts';
import { vq16 } from '../tokenizers/image/vq/config.ts';
import { BandwidthMeter } from './bandwidth.ts';
import { benchModel } from './model-bench.ts';
import type { ModelBench } from './model-bench.ts';
import { benchTransformer } from './transformer-bench.ts';
import type { CachePrecision, TransformerBench } from './transformer-bench.ts';
import { benchVq } from './vq-bench.ts';
import type { VqBench } from './vq-bench.ts';

/** What is timed. */
export interface BenchOptions {
  /** Folder of a pack to time as a whole; left out: the released model's shapes with random weights. */
  readonly model?: string;
  readonly precision?: WeightPrecision; // of the random model, default int4
  readonly cache?: CachePrecision; // of the random model, default: as its packs keep it on the processor
  readonly tokens?: number; // timed steps of the random model, default 48
  readonly pictures?: boolean; // whole pictures of the random model too, minutes each
  readonly guard?: DeviceGuard; // of the devices that a pack is opened on
  readonly onProgress?: (what: string) => void;
}

/** What was timed, and on what: a pack, or the parts of the random model. */
export interface BenchResult {
  readonly machine: string;
  readonly model?: ModelBench;
  readonly transformer?: TransformerBench;
  readonly vq?: VqBench;
}

/** Times a pack, or the released model's shapes with random weights in a temporary folder. */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const machine = describeMachine();
  return options.model === undefined
    ? { machine, ...(await benchRandomXl(options)) }
    : { machine, model: await benchPack(options.model, options.guard) };
}

async function benchRandomXl(options: BenchOptions): Promise<Pick<BenchResult, 'transformer' | 'vq'>> {
  const { precision = 'int4', cache, tokens = 48, pictures = false, onProgress } = options;
  await using meter = new BandwidthMeter();
  const transformer = await benchTransformer(gptXl, meter, { precision, cache, tokens, pictures, onProgress });
  return { transformer, vq: await benchVq(vq16, gptXl.grid, onProgress) };
}

/** A picture of the kind that the embedded model knows. */
async function benchPack(folder: string, guard?: DeviceGuard): Promise<ModelBench> {
  const { pack } = await readPack(folder);
  const scene = {
    background: 'field',
    style: 'photo',
    objects: [{ kind: 'house', color: 'white' }, null, { kind: 'ball', color: 'red' }],
  } as const;
  const picture = { width: FRAME, height: FRAME, data: renderFrame(scene) };
  return benchModel(folder, prepareSquare(picture, pack.imageSize), guard);
}

function describeMachine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`;
}
