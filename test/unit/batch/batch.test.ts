import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BatchMessage } from '#common/contract/batch.ts';
import { readRecipe } from '#node/images/read-recipe.ts';
import { batchWithFakeModel, photoBytes } from '../../helpers/batch.ts';

const pictures = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.(png|jpg)$/.test(name))
    .sort();

async function withPhotos(count: number, settings?: Parameters<typeof batchWithFakeModel>[0]) {
  const set = await batchWithFakeModel(settings);
  for (let i = 1; i <= count; i++) await writeFile(join(set.input, `p${i}.png`), await photoBytes(i));
  return set;
}

test('makes every picture and accounts for it', async () => {
  const { run, output, input, said, report } = await withPhotos(3);
  await writeFile(join(input, 'notes.txt'), 'no picture');
  const before = await readFile(join(input, 'p1.png'));
  expect(await run()).toEqual({ in: 3, done: 3, skipped: 0, failed: 0 });
  expect(pictures(output)).toEqual(['p1.png', 'p2.png', 'p3.png']);
  expect(await readFile(join(input, 'p1.png'))).toEqual(before);
  expect((await readRecipe(join(output, 'p2.png'))).recipe).toMatchObject({
    instruction: 'invert it',
    image: 'p2.png',
  });
  expect(said[0]).toMatchObject({ type: 'planned', items: 3 });
  expect(said.at(-1)).toMatchObject({ type: 'finished', in: 3, done: 3, skipped: 0, failed: 0 });
  const written = await report();
  expect(written).toMatchObject({ isFinished: true, counts: { in: 3, done: 3 }, journal: 'editar-batch.jsonl' });
  expect(written.items[0]).toMatchObject({
    input: 'p1.png',
    outputs: ['p1.png'],
    state: 'done',
    width: 40,
    height: 30,
  });
  expect(await readFile(join(output, 'report.csv'), 'utf8')).toContain('2,p2.png,p2.png,done');
  expect(await readFile(join(output, 'editar-batch.log'), 'utf8')).toMatch(/done p3\.png → p3\.png/);
  expect(existsSync(join(output, 'editar-batch.lock'))).toBe(false);
});

test('one bad file is one line in the report, tried twice, and stops nothing', async () => {
  const { run, input, report, said } = await withPhotos(2);
  await writeFile(join(input, 'bad.png'), 'this is a text');
  await writeFile(join(input, 'empty.jpg'), '');
  expect(await run()).toEqual({ in: 4, done: 2, skipped: 0, failed: 2 });
  const { items } = await report();
  const bad = items.find((item) => item.input === 'bad.png');
  expect(bad).toMatchObject({ state: 'failed', attempts: 2, failure: { code: 'image-unreadable' } });
  expect(bad?.failure?.message).toContain('its content is not');
  expect(items.find((item) => item.input === 'empty.jpg')?.failure?.message).toContain('0 bytes');
  const tries = said.filter((message) => message.type === 'item' && message.input === 'bad.png');
  expect(tries.map((message) => message.type === 'item' && message.state)).toEqual(
    expect.arrayContaining(['running', 'waiting', 'failed']),
  );
});

test('what the same recipe made of the same content is not made again, another recipe is', async () => {
  const { run, input, output, model } = await withPhotos(2);
  await run();
  await writeFile(join(input, 'p2.png'), await photoBytes(99));
  expect(await run()).toEqual({ in: 2, done: 1, skipped: 1, failed: 0 });
  expect(model.runs).toBe(3);
  expect(pictures(output)).toEqual(['p1.png', 'p2.png', 'p2_2.png']);
  await rm(join(output, 'p1.png')); // gone: made again
  expect(await run({ recipe: { seed: 1 } })).toMatchObject({ done: 2 });
  expect(await run()).toEqual({ in: 2, done: 1, skipped: 1, failed: 0 });
});

test('collisions: skip and overwrite', async () => {
  const { run, output } = await withPhotos(2);
  await mkdir(output);
  await writeFile(join(output, 'p1.png'), 'mine');
  expect(await run({ options: { collisions: 'skip' } })).toEqual({ in: 2, done: 1, skipped: 1, failed: 0 });
  expect(await readFile(join(output, 'p1.png'), 'utf8')).toBe('mine');
  expect(await run({ options: { collisions: 'overwrite' }, recipe: { seed: 3 } })).toMatchObject({ done: 2 });
  expect((await readRecipe(join(output, 'p1.png'))).recipe).toMatchObject({ seed: 3 });
});

test('into the folder of the inputs: inputs stay as they are, and results are no inputs of the next batch', async () => {
  const { run, input } = await withPhotos(2);
  const before = await readFile(join(input, 'p1.png'));
  expect(await run({ output: input })).toMatchObject({ in: 2, done: 2 });
  expect(await run({ output: input, recipe: { seed: 1 } })).toMatchObject({ in: 2, done: 2 });
  expect(pictures(input)).toEqual(['p1.png', 'p1_2.png', 'p1_3.png', 'p2.png', 'p2_2.png', 'p2_3.png']);
  expect(await run({ output: input, recipe: { seed: 2 }, options: { collisions: 'overwrite' } })).toMatchObject({
    done: 2, // over results of before
  });
  expect(pictures(input)).toHaveLength(6);
  expect((await readRecipe(join(input, 'p1_2.png'))).recipe).toMatchObject({ seed: 2 });
  expect(await readFile(join(input, 'p1.png'))).toEqual(before);
});

test('cancelled, it says so, and resumed it makes the rest and nothing twice', async () => {
  const abort = new AbortController();
  const { run, open, model, report, output } = await withPhotos(4, {
    beforeStep: (step) => void (model.runs === 3 && step === 2 && abort.abort(new Error('stop'))),
  });
  await expect(run({}, abort.signal)).rejects.toThrow('stop');
  expect(await report()).toMatchObject({ isFinished: false, counts: { in: 4, done: 2 } });
  await expect(open({ resume: true, recipe: { seed: 9 } })).rejects.toMatchObject({
    ...{ code: 'batch-mismatch', data: { what: 'recipe' } },
  });
  expect(await run({ resume: true })).toEqual({ in: 4, done: 4, skipped: 0, failed: 0 });
  expect(model.runs).toBe(5); // the third was begun twice
  expect(pictures(output)).toEqual(['p1.png', 'p2.png', 'p3.png', 'p4.png']);
  expect(await run({ resume: true })).toEqual({ in: 4, done: 4, skipped: 0, failed: 0 });
  expect(model.runs).toBe(5);
});

test('a file that comes during the run is made when it is resumed, one that goes is told', async () => {
  const { run, input, model, report } = await withPhotos(3, {
    beforeStep: async (step) => {
      if (model.runs !== 1 || step !== 0) return;
      await rm(join(input, 'p3.png'));
      await writeFile(join(input, 'late.png'), await photoBytes(50));
    },
  });
  expect(await run()).toEqual({ in: 3, done: 2, skipped: 0, failed: 1 });
  expect((await report()).items[2]?.failure?.message).toContain('there is no such file');
  expect(await run({ resume: true })).toEqual({ in: 4, done: 3, skipped: 0, failed: 1 });
});

test('paused, it begins no other item; the order of those that wait can be changed', async () => {
  const { open, said } = await withPhotos(4);
  await using opened = await open();
  const { runner } = opened.batch;
  expect(runner.waiting).toEqual([1, 2, 3, 4]);
  runner.move(4, 0);
  runner.pause();
  const done = opened.run();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(said.some((message) => message.type === 'item')).toBe(false);
  runner.resume();
  await done;
  const order = said.flatMap((message) => (message.type === 'item' && message.state === 'done' ? [message.index] : []));
  expect(order).toEqual([4, 1, 2, 3]);
  expect(said.filter(({ type }) => type === 'paused' || type === 'resumed')).toHaveLength(2);
});

test('an item is made again with another seed in place of its picture, and accepted', async () => {
  const { open, report, output } = await withPhotos(2);
  await using opened = await open();
  await opened.run();
  const first = await stat(join(output, 'p1.png'));
  await opened.batch.runner.again(1, 77);
  await opened.run();
  await opened.batch.runner.accept(1, true);
  await opened.run();
  expect((await stat(join(output, 'p1.png'))).ino).not.toBe(first.ino);
  expect(pictures(output)).toEqual(['p1.png', 'p2.png']);
  expect((await readRecipe(join(output, 'p1.png'))).recipe).toMatchObject({ seed: 77 });
  expect((await report()).items[0]).toMatchObject({ state: 'done', seed: 77, accepted: true });
});

test('an item that is made again with another seed is another picture, also where the recipe always takes the likeliest', async () => {
  const { open, output } = await withPhotos(2);
  await using opened = await open({ recipe: { sampling: { temperature: 0 } } });
  await opened.run();
  await opened.batch.runner.again(1, 77);
  await opened.run();
  const recipeOf = async (name: string) => (await readRecipe(join(output, name))).recipe;
  expect(await recipeOf('p1.png')).toMatchObject({ seed: 77, sampling: { temperature: 1 } });
  expect(await recipeOf('p2.png')).toMatchObject({ seed: 0, sampling: { temperature: 0 } });
});

test('a dry run says what would happen and does nothing', async () => {
  const { preview, run, said, input, output } = await withPhotos(3);
  await preview();
  expect(existsSync(output)).toBe(false);
  expect(said.at(-1)).toEqual({ type: 'dry-run', in: 3, make: 3, skipped: 0, failed: 0, etaMs: null });
  await run({ options: { limit: 1 } });
  await rm(join(input, 'p3.png'));
  await writeFile(join(input, 'p4.png'), await photoBytes(4));
  said.length = 0;
  const files = readdirSync(output);
  await preview({ options: { name: '{stem}-{seed}' } });
  expect(readdirSync(output)).toEqual(files);
  const items = said.filter((message): message is Extract<BatchMessage, { type: 'item' }> => message.type === 'item');
  expect(items.map(({ input: name, output: out, state }) => [name, out, state])).toEqual([
    ['p1.png', 'p1-0.png', 'skipped'],
    ['p2.png', 'p2-0.png', 'waiting'],
    ['p4.png', 'p4-0.png', 'waiting'],
  ]);
  const last = said.at(-1);
  expect(last).toMatchObject({ type: 'dry-run', in: 3, make: 2, skipped: 1 });
  expect(last?.type === 'dry-run' && last.etaMs).toBeGreaterThan(0);
});

test('two batches do not share an output folder', async () => {
  const { open } = await withPhotos(1);
  const first = await open();
  await expect(open()).rejects.toMatchObject({ code: 'batch-running' });
  await first[Symbol.asyncDispose]();
  await (await open())[Symbol.asyncDispose]();
});

test('folders that cannot be used are refused before anything is made', async () => {
  const { open, folder, input, output } = await withPhotos(1);
  await expect(open({ input: join(folder, 'nowhere') })).rejects.toMatchObject({ code: 'folder-unreadable' });
  await expect(open({ input: join(input, 'p1.png') })).rejects.toMatchObject({ code: 'folder-unreadable' });
  await expect(open({ output: join(input, 'p1.png') })).rejects.toMatchObject({ code: 'output-not-writable' });
  await expect(open({ options: { name: '../{stem}' } })).rejects.toMatchObject({ code: 'name-invalid' });
  expect(readdirSync(output)).toEqual(['editar-batch.jsonl']);
});
