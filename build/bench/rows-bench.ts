// What it costs to decode several pictures side by side, as rows of one batch, against one after the other. Milliseconds of processor time.
//   node out/rows-bench.mjs [folder of a pack] [picture]
// Rows are variants of one picture: they share what the model has read of it, so pictures of their own can only be dearer.
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { openModel } from '#models';
import type { EditModel } from '#models/api';

const rounds = 5;
const embedded = fileURLToPath(new URL('../native-models/packs/mini', import.meta.url));
const [pack = embedded, picture = `${embedded}/samples/winter.png`] = process.argv.slice(2);

/** Processor time of deciding every cell of so many pictures side by side, ms. */
async function decodeMs(model: EditModel, image: Uint8Array, variants: number, cfg: number): Promise<number> {
  const { imageSize: size } = model.capabilities;
  const input = { image: { width: size, height: size, data: image }, instruction: 'make the house blue' };
  const options = { ...model.samplingDefaults, cfg, seed: 1, variants };
  await using run = await model.begin({ ...input, task: 'edit' }, options);
  const before = process.cpuUsage();
  while (run.committed < run.totalSteps) await run.step();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

await using model = await openModel(pack, { device: 'cpu' });
const { imageSize, maxVariants } = model.capabilities;
const image = new Uint8Array(await sharp(picture).resize(imageSize, imageSize).removeAlpha().raw().toBuffer());
const counts = [1, 2, 4, 8].filter((count) => count <= maxVariants);
console.log(
  [
    '| guidance | pictures side by side | processor time | per picture | of one alone |',
    '| --- | --- | --- | --- | --- |',
  ].join('\n'),
);
for (const cfg of [1, 3]) {
  const times = new Map(counts.map((count) => [count, [] as number[]]));
  await decodeMs(model, image, 1, cfg);
  for (let round = 0; round < rounds; round++) {
    for (const [count, found] of times) found.push(await decodeMs(model, image, count, cfg)); // turn by turn: other work hits all alike
  }
  const alone = median(times.get(1) ?? []);
  for (const [count, found] of times) {
    const ms = median(found);
    const cells = [
      cfg > 1 ? 'on' : 'off',
      count,
      `${ms.toFixed(0)} ms`,
      `${(ms / count).toFixed(0)} ms`,
      (ms / count / alone).toFixed(2),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
