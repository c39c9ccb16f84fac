import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTensors } from '../checkpoint/read-tensors.ts';
import { drawByNoise, filterLogits } from '../decode/sampler.ts';
import type { Candidates } from '../decode/sampler.ts';
import { ParityFailure } from './result.ts';
import type { ParityResult } from './result.ts';

interface SamplerCase {
  readonly name: string;
  readonly logits: string;
  readonly e: string;
  readonly temperature: number;
  readonly top_k: number;
  readonly top_p: number;
  readonly index: number;
  readonly kept: number;
  readonly cumulative_margin?: number;
}

/** Runs the `sampler` case: the drawn token and the number of tokens left after filtering, with recorded noise. */
export async function checkSampler(folder: string): Promise<ParityResult> {
  const cases = JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8')) as readonly SamplerCase[];
  const data = await readTensors(join(folder, 'data.safetensors'));
  for (const one of cases) {
    const logits = data.get(`logits_${one.logits}`)!.data as Float32Array;
    const noise = data.get(one.e)!.data as Float32Array;
    const settings = { temperature: one.temperature, topK: one.top_k, topP: one.top_p };
    const candidates = filterLogits(logits, settings);
    const index = drawByNoise(candidates, noise);
    if (index !== one.index) throw new ParityFailure(`${one.name}: token ${index} instead of ${one.index}`);
    const kept = nonZero(candidates);
    const slack = (one.cumulative_margin ?? 1) < 1e-4 ? 1 : 0;
    if (Math.abs(kept - one.kept) > slack) throw new ParityFailure(`${one.name}: ${kept} kept instead of ${one.kept}`);
  }
  return { maxError: 0, detail: `${cases.length} cases` };
}

/** The recorded counts are of probabilities that are not zero in fp32. */
function nonZero({ weights }: Candidates): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.filter((weight) => Math.fround(weight / total) > 0).length;
}
