import { cpus, totalmem } from 'node:os';
import type { WeightPrecision } from '../api.ts';
import { gptXl } from '../families/editar/config.ts';
import { vq16 } from '../tokenizers/image/vq/config.ts';
import { BandwidthMeter } from './bandwidth.ts';
import { benchTransformer } from './transformer-bench.ts';
import type { TransformerBench } from './transformer-bench.ts';
import { benchVq } from './vq-bench.ts';
import type { VqBench } from './vq-bench.ts';

export interface BenchXlOptions {
  readonly precision: WeightPrecision;
  readonly tokens?: number; // timed steps, default 48
  readonly pictures?: boolean; // also whole pictures, minutes each
  readonly vq?: boolean; // also the image tokenizer
  readonly onProgress?: (what: string) => void;
}

export interface BenchXlResult {
  readonly machine: string;
  readonly transformer: TransformerBench;
  readonly vq?: VqBench;
}

/** Times the released model's shapes with random weights. */
export async function benchRandomXl(options: BenchXlOptions): Promise<BenchXlResult> {
  const { precision, tokens = 48, pictures = false, onProgress } = options;
  await using meter = new BandwidthMeter();
  const transformer = await benchTransformer(gptXl, meter, { precision, tokens, pictures, onProgress });
  const vq = options.vq ? await benchVq(vq16, gptXl.grid, onProgress) : undefined;
  return { machine: describeMachine(), transformer, vq };
}

function describeMachine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`;
}
