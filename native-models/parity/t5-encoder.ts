import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { selectTensors } from '../checkpoint/name-map.ts';
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { readTensors } from '../checkpoint/read-tensors.ts';
import type { RawTensor } from '../checkpoint/read-tensors.ts';
import { t5Config } from '../families/editar/derive-config.ts';
import type { Lookup } from '../onnx/blocks.ts';
import type { GraphBuilder } from '../onnx/graph.ts';
import { lookupIn } from '../parts/weights-lookup.ts';
import { openSession } from '../runtime/open.ts';
import { wholeNumbers } from '../runtime/host-tensor.ts';
import type { HostTensor } from '../runtime/host-tensor.ts';
import type { Session } from '../runtime/session.ts';
import type { T5Config } from '../text-encoders/t5/config.ts';
import { t5Encoder } from '../text-encoders/t5/graph.ts';
import { ignoredT5Tensors, t5Aliases, t5Tensors } from '../text-encoders/t5/weights.ts';
import { compareNumbers } from './compare.ts';
import type { ParityResult } from './result.ts';
import { withGraphs } from '../parts/with-graphs.ts';

const tolerance = { relativeL2: 1e-4, maxAbs: 1e-3 };

/** What the checks of one case share. */
interface Case {
  readonly config: T5Config;
  readonly expected: ReadonlyMap<string, RawTensor>;
  readonly ids: Int32Array; // [prompts, length]
  readonly mask: Int32Array;
  readonly prompts: number;
}

/** Runs a `t5-*` case: hidden states after the first and last block and at the end, padded rows included, for every prompt; then
 * one prompt without its padding. */
export async function checkT5Encoder(folder: string): Promise<ParityResult> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { config: { length: number } };
  const json: unknown = JSON.parse(await readFile(join(folder, 'model', 'config.json'), 'utf8'));
  const config = t5Config(json, 'config.json', manifest.config.length);
  await using checkpoint = await openCheckpoint(join(folder, 'model'));
  const rules = { ignore: ignoredT5Tensors, aliases: t5Aliases };
  const weights = lookupIn(selectTensors(checkpoint, t5Tensors(config), rules));
  const expected = await readTensors(join(folder, 'io.safetensors'));
  const { data: ids, dims } = expected.get('ids')!;
  const one = { config, expected, ids, mask: expected.get('mask')!.data, prompts: dims[0] } as Case;
  return await withGraphs(graphsOf(one, weights), async (path) => {
    await using padded = await openSession(path('padded'));
    const errors: number[] = [];
    for (let prompt = 0; prompt < one.prompts; prompt++) errors.push(...(await checkPrompt(one, padded, prompt)));
    await using trimmed = await openSession(path('trimmed'));
    errors.push(await checkTrimmed(one, trimmed));
    return { maxError: Math.max(...errors), detail: `${one.prompts} prompts, first and last block, padded and alone` };
  });
}

const graphsOf = ({ config, expected }: Case, weights: Lookup) => [
  {
    name: 'padded',
    build: (g: GraphBuilder) =>
      t5Encoder(g, config, weights, 'fp32', (name, value) =>
        g.output(name, value, 'f32', [1, config.textTokens, config.dModel]),
      ),
  },
  {
    name: 'trimmed',
    build: (g: GraphBuilder) =>
      t5Encoder(g, { ...config, textTokens: expected.get('out_trimmed')!.dims[0] }, weights, 'fp32'),
  },
];

async function checkPrompt({ config, expected, ids, mask }: Case, padded: Session, prompt: number): Promise<number[]> {
  const length = config.textTokens;
  const size = length * config.dModel;
  const row = (values: Int32Array): Int32Array => values.subarray(prompt * length, (prompt + 1) * length);
  const outputs = await padded.run(feeds(row(ids), row(mask)));
  const pairs = [
    ['block.0', 'block_first'],
    [`block.${config.layers - 1}`, 'block_last'],
    ['last_hidden_state', 'out'],
  ];
  return pairs.map(([output, name]) => {
    const reference = floats(expected.get(name)!).subarray(prompt * size, (prompt + 1) * size);
    return compareNumbers(`prompt ${prompt} ${name}`, floats(outputs[output]), reference, tolerance);
  });
}

/** The first prompt without its padding. */
async function checkTrimmed({ expected, ids, mask }: Case, trimmed: Session): Promise<number> {
  const reference = expected.get('out_trimmed')!;
  const [length] = reference.dims;
  const outputs = await trimmed.run(feeds(ids.subarray(0, length), mask.subarray(0, length)));
  return compareNumbers('out_trimmed', floats(outputs.last_hidden_state), floats(reference), tolerance);
}

const floats = ({ data }: { readonly data: ArrayBufferView }): Float32Array => data as Float32Array;

const feeds = (ids: Int32Array, mask: Int32Array): Record<string, HostTensor> => ({
  input_ids: wholeNumbers(ids, [1, ids.length]),
  attention_mask: wholeNumbers(mask, [1, mask.length]),
});
