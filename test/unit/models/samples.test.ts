import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readSamples } from '#node/models/samples.ts';
import { tasks } from '#models/api';

const shipped = join(import.meta.dirname, '../../../native-models/packs/mini');

test('the embedded model brings a sample for every task, each a picture of its own size', async () => {
  const samples = await readSamples(shipped);
  expect(samples.length).toBeGreaterThanOrEqual(6);
  expect(new Set(samples.map(({ task }) => task))).toEqual(new Set(tasks));
  for (const { bytes, instructions } of samples) {
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 128, height: 128 });
    expect(instructions.length).toBeGreaterThan(0);
  }
});

test('a pack without samples has none', async () => {
  expect(await readSamples(await mkdtemp(join(tmpdir(), 'pack-')))).toEqual([]);
});

test('an index cannot name files elsewhere', async () => {
  const pack = await mkdtemp(join(tmpdir(), 'pack-'));
  await mkdir(join(pack, 'samples'));
  const entry = { file: '../../secret.png', title: 'x', task: 'edit', instructions: ['y'] };
  await writeFile(join(pack, 'samples', 'samples.json'), JSON.stringify([entry]));
  await expect(readSamples(pack)).rejects.toThrow('the name of a PNG file');
});
