import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { T5Tokenizer } from '../tokenizers/text/t5-tokenizer.ts';
import { compareExactly } from './compare.ts';
import type { ParityResult } from './result.ts';

interface Prompt {
  readonly text: string;
  readonly ids: readonly number[];
}

/** Runs a `t5-tokenizer-*` case: ids and mask of every prompt, padded to the case's length. */
export async function checkT5Tokenizer(folder: string): Promise<ParityResult> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
    config: { max_length: number };
  };
  const prompts = JSON.parse(await readFile(join(folder, 'prompts.json'), 'utf8')) as readonly Prompt[];
  const tokenizer = await T5Tokenizer.open(join(folder, 'tokenizer.json'));
  const length = manifest.config.max_length;
  prompts.forEach(({ text, ids }, index) => {
    const encoded = tokenizer.encode(text, length);
    const padding = new Array<number>(length - ids.length).fill(0);
    compareExactly(`prompt ${index} ${JSON.stringify(text.slice(0, 40))}: ids`, encoded.ids, [...ids, ...padding]);
    compareExactly(`prompt ${index}: mask`, encoded.mask, [...ids.map(() => 1), ...padding]);
  });
  return { maxError: 0, detail: `${prompts.length} prompts` };
}
