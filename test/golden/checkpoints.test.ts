import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { selectTensors } from '../../native-models/checkpoint/name-map.ts';
import { openCheckpoint } from '../../native-models/checkpoint/open-checkpoint.ts';
import { goldenRoot } from '../helpers/golden.ts';

const path = (...parts: string[]) => join(goldenRoot ?? '', ...parts);
const golden = test.skipIf(!goldenRoot);

golden('reads the sharded T5 encoder and ignores its decoder', async () => {
  await using checkpoint = await openCheckpoint(path('t5-s/model'));
  const config = JSON.parse(readFileSync(path('t5-s/model/config.json'), 'utf8'));
  const encoder = checkpoint.names().filter((name) => name.startsWith('encoder.') || name === 'shared.weight');
  const expected = encoder.map((name) => ({ name, dims: checkpoint.info(name).dims }));
  const selection = selectTensors(checkpoint, expected, { ignore: [/^decoder\./, /^lm_head\./] });
  expect(selection.info('shared.weight').dims).toEqual([config.vocab_size, config.d_model]);
  for (const name of encoder) {
    const { file, offset, bytes } = checkpoint.info(name).location!;
    const inPlace = readFileSync(file).subarray(offset, offset + bytes);
    expect(inPlace.equals(await checkpoint.readRaw(name)), name).toBe(true);
  }
});

golden.each([
  ['editar-gpt-a/checkpoint.pt', 23],
  ['editar-gpt-b/checkpoint.pt', 21],
  ['vq-s/checkpoint.pt', 344],
  ['varedit-2b/model.pth', 106],
  ['varedit-2b/vae.pth', 262],
  ['varedit-8b/vae.pth', 226],
])('reads every tensor of %s', async (file, count) => {
  await using checkpoint = await openCheckpoint(path(file));
  expect(checkpoint.names()).toHaveLength(count);
  for (const name of checkpoint.names()) {
    const values = await checkpoint.read(name);
    expect(values.length, name).toBe(checkpoint.info(name).dims.reduce((product, dim) => product * dim, 1));
    expect(values.every(Number.isFinite), name).toBe(true);
  }
});

golden('keeps the training arguments of an EditAR checkpoint', async () => {
  await using checkpoint = await openCheckpoint(path('editar-gpt-a/checkpoint.pt'));
  expect(checkpoint.settings).toMatchObject({ 'args.vocab_size': 64, 'args.cls_token_num': 120, steps: 40_000 });
});
