import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { selectTensors } from '../checkpoint/name-map.ts';
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { readTensors } from '../checkpoint/read-tensors.ts';
import { t5Config } from '../families/editar/derive-config.ts';
import { lookupIn } from '../parts/weights-lookup.ts';
import { openSession } from '../runtime/open.ts';
import type { HostTensor } from '../runtime/host-tensor.ts';
import { t5Encoder } from '../text-encoders/t5/graph.ts';
import { ignoredT5Tensors, t5Aliases, t5Tensors } from '../text-encoders/t5/weights.ts';
import { compareNumbers } from './compare.ts';
import type { ParityResult } from './result.ts';
import { withGraphs } from './with-graphs.ts';

const tolerance = { relativeL2: 1e-4, maxAbs: 1e-3 };

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
  const trimmed = expected.get('out_trimmed')!;
  const trimmedLength = trimmed.dims[0];
  const graphs = [
    {
      name: 'padded',
      build: (g: Parameters<typeof t5Encoder>[0]) =>
        t5Encoder(g, config, weights, 'fp32', (name, value) =>
          g.output(name, value, 'f32', [1, config.textTokens, config.dModel]),
        ),
    },
    {
      name: 'trimmed',
      build: (g: Parameters<typeof t5Encoder>[0]) =>
        t5Encoder(g, { ...config, textTokens: trimmedLength }, weights, 'fp32'),
    },
  ];
  const ids = expected.get('ids')!.data as Int32Array;
  const mask = expected.get('mask')!.data as Int32Array;
  const [prompts, length] = expected.get('ids')!.dims;
  return await withGraphs(graphs, async (path) => {
    await using padded = await openSession(path('padded'));
    const errors: number[] = [];
    const size = length * config.dModel;
    for (let prompt = 0; prompt < prompts; prompt++) {
      const row = <T extends Int32Array>(values: T): Int32Array =>
        values.subarray(prompt * length, (prompt + 1) * length);
      const outputs = await padded.run(feeds(row(ids), row(mask)));
      for (const [output, name] of [
        ['block.0', 'block_first'],
        [`block.${config.layers - 1}`, 'block_last'],
        ['last_hidden_state', 'out'],
      ] as const) {
        const reference = (expected.get(name)!.data as Float32Array).subarray(prompt * size, (prompt + 1) * size);
        errors.push(
          compareNumbers(`prompt ${prompt} ${name}`, outputs[output].data as Float32Array, reference, tolerance),
        );
      }
    }
    await using short = await openSession(path('trimmed'));
    const alone = await short.run(feeds(ids.subarray(0, trimmedLength), mask.subarray(0, trimmedLength)));
    errors.push(
      compareNumbers(
        'out_trimmed',
        alone.last_hidden_state.data as Float32Array,
        trimmed.data as Float32Array,
        tolerance,
      ),
    );
    return { maxError: Math.max(...errors), detail: `${prompts} prompts, first and last block, padded and alone` };
  });
}

function feeds(ids: Int32Array, mask: Int32Array): Record<string, HostTensor> {
  const wide = (values: Int32Array): HostTensor => ({
    dtype: 'i64',
    dims: [1, values.length],
    data: BigInt64Array.from(values, (value) => BigInt(value)),
  });
  return { input_ids: wide(ids), attention_mask: wide(mask) };
}
