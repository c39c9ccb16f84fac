import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ModelError } from '#models';
import type { EditInput, EditOptions } from '#models/api';
import type { JobMessage } from '#common/contract/job-message.ts';
import type { Raster } from '#common/raster/raster.ts';
import { decodeImage } from '#node/images/decode.ts';
import { encodeImage } from '#node/images/encode.ts';
import { readRecipe } from '#node/images/read-recipe.ts';
import { engineWithFakeModel } from '../../helpers/fake-engine.ts';

/** RGB that differs everywhere a little, of mean grey about `level`. */
function photo(width: number, height: number, level = 60): Raster {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => level + ((i * 7) % 5));
  return { width, height, channels: 3, depth: 8, data };
}

const pixel = ({ width, channels, data }: Raster, x: number, y: number): number[] =>
  Array.from(data.subarray((y * width + x) * channels, (y * width + x) * channels + 3));

/** A promise that is resolved from outside. */
function signal() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

type Finished = Extract<JobMessage, { type: 'finished' }>;

test('says queued, progress and finished, and writes the picture with its recipe', async () => {
  const { at, start } = await engineWithFakeModel();
  await encodeImage(photo(96, 64), at('photo.png'));
  const { said, done } = start({ image: at('photo.png'), seed: 7, sampling: { cfg: 1.5 } });
  const finished = (await done) as Finished;
  expect(said[0]).toEqual({ type: 'queued' });
  expect(said[1]).toEqual({ type: 'progress', step: 1, of: 16, etaMs: 15 });
  expect(said.at(-2)).toEqual({ type: 'progress', step: 16, of: 16, etaMs: 0 });
  expect(finished).toMatchObject({ out: at('out.png'), width: 96, height: 64, seed: 7 });
  expect(finished.ids).toHaveLength(16);
  expect(finished.notices).toBeUndefined();
  expect(Object.keys(finished.timings).sort()).toEqual(
    ['compositeMs', 'decodeMs', 'encodeMs', 'firstRowMs', 'firstTokenMs', 'lockedTokens', 'msPerToken', 'prefillMs']
      .concat(['textMs', 'tokens', 'totalMs', 'vqMs'])
      .sort(),
  );
  const { recipe, parameters } = await readRecipe(at('out.png'));
  expect(recipe).toMatchObject({
    ...{ instruction: 'invert it', model: { id: 'fake' }, seed: 7, image: 'photo.png' },
    sampling: { cfg: 1.5, temperature: 1, topK: 1000, topP: 1 },
  });
  expect(JSON.stringify(recipe)).not.toContain(at(''));
  expect(parameters).toMatchObject({ prompt: 'invert it' });
});

test('gives the model its own numbers except those that were asked for', async () => {
  let given: EditOptions | undefined;
  const { at, start } = await engineWithFakeModel({ onBegin: (_, options) => void (given = options) });
  await encodeImage(photo(64, 64), at('photo.png'));
  await start({ image: at('photo.png'), sampling: { topK: 0 }, seed: 3, variants: 2 }).done;
  expect(given).toEqual({ cfg: 3, temperature: 1, topK: 0, topP: 1, seed: 3, variants: 2 });
});

test('shows the model the whole photo as a square', async () => {
  let given: EditInput | undefined;
  const { at, start } = await engineWithFakeModel({ onBegin: (input) => void (given = input) });
  await encodeImage(photo(96, 64), at('photo.png'));
  await start({ image: at('photo.png') }).done;
  expect(given).toMatchObject({ task: 'edit', instruction: 'invert it', locked: undefined });
  expect(given?.image).toMatchObject({ width: 64, height: 64 });
});

test('puts back only the cells that changed, at full resolution', async () => {
  const changed = 5; // second row, second column of 4 × 4
  const { at, start } = await engineWithFakeModel({ choose: (cell, source) => (cell === changed ? 200 : source) });
  const before = photo(256, 256);
  await encodeImage(before, at('photo.png'));
  await start({ image: at('photo.png') }).done;
  const { raster: after } = await decodeImage(at('out.png'));
  expect(pixel(after, 96, 96).every((value) => value > 150)).toBe(true);
  const touched = (x: number, y: number): boolean => pixel(after, x, y).join() !== pixel(before, x, y).join();
  for (let y = 0; y < 256; y += 3) {
    for (let x = 0; x < 256; x += 3) {
      const isFar = x < 64 - 30 || x >= 128 + 30 || y < 64 - 30 || y >= 128 + 30;
      if (isFar) expect(touched(x, y), `${x}, ${y}`).toBe(false);
    }
  }
});

test('says so when the model changed nothing, and writes the photo as it is', async () => {
  const { at, start } = await engineWithFakeModel({ choose: (_, source) => source });
  const before = photo(80, 50);
  await encodeImage(before, at('photo.png'));
  const finished = (await start({ image: at('photo.png') }).done) as Finished;
  expect(finished.notices?.join()).toContain('changed nothing');
  expect((await decodeImage(at('out.png'))).raster.data).toEqual(before.data);
});

test('locks the cells outside a region, and leaves every pixel far from it alone', async () => {
  let given: EditInput | undefined;
  const { at, start } = await engineWithFakeModel({ onBegin: (input) => void (given = input) });
  const before = photo(256, 256);
  await encodeImage(before, at('photo.png'));
  const selection = { region: { x: 70, y: 70, width: 50, height: 50 } };
  const finished = (await start({ image: at('photo.png'), selection, fit: 'whole' }).done) as Finished;
  const locked = given?.locked ?? [];
  expect(locked.map((lock) => (lock === null ? 'open' : lock))).toEqual(
    locked.map((_, cell) => (cell === 5 ? 'open' : 'source')), // 64 … 128 holds the region and 4 px around it
  );
  expect(finished.timings).toMatchObject({ tokens: 1, lockedTokens: 15 });
  const { raster: after } = await decodeImage(at('out.png'));
  expect(pixel(after, 95, 95)).not.toEqual(pixel(before, 95, 95));
  for (let at = 0; at < 256; at++) {
    expect(pixel(after, at, 40)).toEqual(pixel(before, at, 40));
    expect(pixel(after, 150, at)).toEqual(pixel(before, 150, at));
  }
});

test('opens cells that the dilated region only touches', async () => {
  let given: EditInput | undefined;
  const { at, start } = await engineWithFakeModel({ onBegin: (input) => void (given = input) });
  await encodeImage(photo(256, 256), at('photo.png'));
  const selection = { region: { x: 70, y: 70, width: 55, height: 50 } }; // to 125, with 4 px to 129
  await start({ image: at('photo.png'), selection, fit: 'whole' }).done;
  expect(given?.locked?.flatMap((lock, cell) => (lock === null ? [cell] : []))).toEqual([5, 6]);
});

test('reads a mask the size of the photo', async () => {
  let given: EditInput | undefined;
  const { at, start } = await engineWithFakeModel({ onBegin: (input) => void (given = input) });
  await encodeImage(photo(256, 256), at('photo.png'));
  const data = new Uint8Array(256 * 256);
  for (let y = 150; y < 170; y++) data.fill(255, y * 256 + 10, y * 256 + 30);
  await encodeImage({ width: 256, height: 256, channels: 1, depth: 8, data }, at('mask.png'));
  await start({ image: at('photo.png'), selection: { mask: at('mask.png') }, fit: 'whole' }).done;
  expect(given?.locked?.flatMap((lock, cell) => (lock === null ? [cell] : []))).toEqual([8]);
});

test('shows the model the surroundings of a selection when nothing else is asked for', async () => {
  const { at, start } = await engineWithFakeModel();
  const before = photo(400, 300);
  await encodeImage(before, at('photo.png'));
  const selection = { region: { x: 200, y: 100, width: 60, height: 60 } };
  await start({ image: at('photo.png'), selection }).done;
  const { raster: after } = await decodeImage(at('out.png'));
  expect(pixel(after, 230, 130)).not.toEqual(pixel(before, 230, 130));
  expect(pixel(after, 20, 20)).toEqual(pixel(before, 20, 20));
});

test.each([
  ['a region outside the photo', { region: { x: 500, y: 0, width: 9, height: 9 } }, 'whole', 'selection-empty'],
  ['a mask of another size', { mask: 'small.png' }, 'whole', 'unsupported-size'],
  ['a black mask', { mask: 'black.png' }, 'whole', 'selection-empty'],
] as const)('refuses %s', async (_, selection, fit, code) => {
  const { at, start } = await engineWithFakeModel();
  await encodeImage(photo(100, 80), at('photo.png'));
  const black = (width: number) => ({ width, height: 80, channels: 1 as const, depth: 8 as const });
  await encodeImage({ ...black(50), data: new Uint8Array(50 * 80).fill(255) }, at('small.png'));
  await encodeImage({ ...black(100), data: new Uint8Array(100 * 80) }, at('black.png'));
  const where = 'mask' in selection ? { mask: at(selection.mask) } : selection;
  expect(await start({ image: at('photo.png'), selection: where, fit }).done).toMatchObject({ type: 'failed', code });
  expect(existsSync(at('out.png'))).toBe(false);
});

test("writes the model's own square when asked for it raw", async () => {
  const { at, start } = await engineWithFakeModel();
  await encodeImage(photo(100, 80), at('photo.png'));
  expect(await start({ image: at('photo.png'), isRaw: true }).done).toMatchObject({ width: 64, height: 64 });
  const { raster } = await decodeImage(at('out.png'));
  expect(raster).toMatchObject({ width: 64, height: 64, channels: 3, depth: 8 });
  expect(pixel(raster, 10, 10)).toEqual([193, 193, 193]); // 255 - 62
});

test('paints a whole picture from a map, without the padding', async () => {
  const { at, start } = await engineWithFakeModel({ choose: () => 200 });
  await encodeImage({ width: 120, height: 60, channels: 1, depth: 8, data: new Uint8Array(7200) }, at('edges.png'));
  expect(await start({ image: at('edges.png'), task: 'canny' }).done).toMatchObject({ width: 120, height: 60 });
  const { raster } = await decodeImage(at('out.png'));
  expect(new Set(raster.data)).toEqual(new Set([200]));
});

test('writes every variant beside the first', async () => {
  const { at, start } = await engineWithFakeModel();
  await encodeImage(photo(64, 64), at('photo.png'));
  const finished = (await start({ image: at('photo.png'), variants: 3, isRaw: true }).done) as Finished;
  expect([finished.out, ...(finished.further ?? []).map(({ out }) => out)]).toEqual(
    ['out.png', 'out-2.png', 'out-3.png'].map(at),
  );
  const levels: number[] = [];
  for (const name of ['out.png', 'out-2.png', 'out-3.png']) {
    levels.push(pixel((await decodeImage(at(name))).raster, 0, 0)[0]);
  }
  expect(levels).toEqual([193, 194, 195]);
});

test('writes streamed bands and says where', async () => {
  const { at, start } = await engineWithFakeModel();
  await encodeImage(photo(64, 64), at('photo.png'));
  const { said, done } = start({ image: at('photo.png'), variants: 2, rowsFolder: at('rows') });
  await done;
  expect(said.filter(({ type }) => type === 'preview').slice(0, 3)).toEqual([
    { type: 'preview', row: 0, file: at('rows/row-0-0.png') },
    { type: 'preview', row: 0, variant: 1, file: at('rows/row-1-0.png') },
    { type: 'preview', row: 1, file: at('rows/row-0-1.png') },
  ]);
  expect((await readdir(at('rows'))).length).toBe(8);
  expect((await decodeImage(at('rows/row-0-1.png'))).raster).toMatchObject({ width: 64, height: 16 });
});

test('does not decode previews that nobody wants', async () => {
  const { at, start } = await engineWithFakeModel();
  await encodeImage(photo(64, 64), at('photo.png'));
  const { said, done } = start({ image: at('photo.png') });
  await done;
  expect(said.some(({ type }) => type === 'preview')).toBe(false);
});

test('cancels in the middle of a step, at once and without a trace', async () => {
  const reached = signal();
  const { at, start, engine, folder } = await engineWithFakeModel({
    beforeStep: (step, abort) =>
      step < 5
        ? undefined
        : new Promise((_, reject) => {
            reached.resolve();
            abort?.addEventListener('abort', () => reject(abort.reason as Error));
          }),
  });
  await encodeImage(photo(64, 64), at('photo.png'));
  const { job, said, done } = start({ image: at('photo.png') });
  await reached.promise;
  engine.cancel(job);
  expect(said.at(-1)).toEqual({ type: 'cancelled' });
  await done;
  await engine[Symbol.asyncDispose]();
  expect(said.filter(({ type }) => type === 'cancelled')).toHaveLength(1);
  expect((await readdir(folder)).sort()).toEqual(['pack', 'photo.png']);
});

test('says that it is cancelled although the model does not listen', async () => {
  const reached = signal();
  const goOn = signal();
  const { at, start, engine } = await engineWithFakeModel({
    beforeStep: () => {
      reached.resolve();
      return goOn.promise;
    },
  });
  await encodeImage(photo(64, 64), at('photo.png'));
  const { job, done } = start({ image: at('photo.png') });
  await reached.promise;
  engine.cancel(job);
  expect(await done).toEqual({ type: 'cancelled' });
  let isIdle = false;
  const idle = engine.whenIdle().then(() => (isIdle = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isIdle).toBe(false);
  goOn.resolve();
  await idle;
  expect(existsSync(at('out.png'))).toBe(false);
});

test('cancels a job that waits, after saying that it was queued', async () => {
  const { at, start, engine } = await engineWithFakeModel();
  await encodeImage(photo(64, 64), at('photo.png'));
  const first = start({ image: at('photo.png') });
  const second = start({ image: at('photo.png'), out: at('second.png') });
  engine.cancel(second.job);
  expect(await second.done).toEqual({ type: 'cancelled' });
  expect(second.said).toEqual([{ type: 'queued' }, { type: 'cancelled' }]);
  expect(await first.done).toMatchObject({ type: 'finished' });
});

test('opens the model once for several jobs', async () => {
  const { at, start, model, opened, engine } = await engineWithFakeModel();
  await encodeImage(photo(64, 64), at('photo.png'));
  await Promise.all([1, 2].map((n) => start({ image: at('photo.png'), out: at(`${n}.png`) }).done));
  expect([opened.length, model.runs]).toEqual([1, 2]);
  await engine[Symbol.asyncDispose]();
  expect(model.isDisposed).toBe(true);
});

test('never saves a picture the model refuses to give', async () => {
  const { at, start, folder } = await engineWithFakeModel({
    picture: () => {
      throw new ModelError('bad-output', 'the model painted an entirely black picture');
    },
  });
  await encodeImage(photo(64, 64), at('photo.png'));
  const failed = await start({ image: at('photo.png') }).done;
  expect(failed).toMatchObject({ type: 'failed', code: 'bad-output' });
  expect((failed as { message: string }).message).toMatch(/^The model painted an entirely black picture\. Nothing was/);
  expect((await readdir(folder)).sort()).toEqual(['pack', 'photo.png']);
});

test('goes on after a job that failed', async () => {
  const { at, start } = await engineWithFakeModel();
  await writeFile(at('text.png'), 'not a picture');
  await encodeImage(photo(64, 64), at('photo.png'));
  const [broken, whole] = [start({ image: at('text.png') }), start({ image: at('photo.png') })];
  expect(await broken.done).toMatchObject({ type: 'failed', code: 'image-unreadable', data: { path: at('text.png') } });
  expect(await whole.done).toMatchObject({ type: 'finished' });
});

test.each([
  ['a folder', '.', 'image-unreadable'],
  ['a file that is not there', 'missing.png', 'image-unreadable'],
])('refuses %s as a picture', async (_, name, code) => {
  const { at, start } = await engineWithFakeModel();
  expect(await start({ image: at(name) }).done).toMatchObject({ type: 'failed', code });
});

test('refuses an output before it reads the picture', async () => {
  const { at, start } = await engineWithFakeModel();
  const refusals = [
    [{ out: at('missing/out.png') }, 'output-folder-missing'],
    [{ out: at('out.gif') }, 'unsupported-format'],
  ] as const;
  for (const [request, code] of refusals) {
    expect(await start({ image: at('not-there.png'), ...request }).done).toMatchObject({ type: 'failed', code });
  }
});

test('keeps 16 bits and what the file says about the photo', async () => {
  const { at, start } = await engineWithFakeModel({ choose: (cell, source) => (cell === 0 ? 250 : source) });
  const data = Uint16Array.from({ length: 200 * 200 * 3 }, (_, i) => 15_000 + (i % 997));
  await encodeImage({ width: 200, height: 200, channels: 3, depth: 16, data }, at('photo.png'), {
    metadata: { density: 300 },
  });
  await start({ image: at('photo.png') }).done;
  const { raster, metadata } = await decodeImage(at('out.png'));
  expect(raster.depth).toBe(16);
  expect(metadata.density).toBe(300);
  expect(Array.from(raster.data.subarray(-3000))).toEqual(Array.from(data.subarray(-3000)));
  expect(raster.data[0]).toBeGreaterThan(50_000);
});

test('gives a grey photo colours only when the result has them', async () => {
  const grey = { width: 64, height: 64, channels: 1 as const, depth: 8 as const, data: new Uint8Array(4096).fill(60) };
  const plain = await engineWithFakeModel();
  await encodeImage(grey, plain.at('photo.png'));
  await plain.start({ image: plain.at('photo.png') }).done;
  expect((await decodeImage(plain.at('out.png'))).raster.channels).toBe(1);
  const red = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i % 3 === 0 ? 220 : 30));
  const coloured = await engineWithFakeModel({ picture: () => ({ width: 64, height: 64, data: red }) });
  await encodeImage(grey, coloured.at('photo.png'));
  await coloured.start({ image: coloured.at('photo.png') }).done;
  expect((await decodeImage(coloured.at('out.png'))).raster.channels).toBe(3);
});

test('says when an instruction is far longer than a model reads', async () => {
  const { at, start } = await engineWithFakeModel();
  await encodeImage(photo(64, 64), at('photo.png'));
  const finished = (await start({ image: at('photo.png'), instruction: 'very '.repeat(2000) }).done) as Finished;
  expect(finished.notices?.join()).toContain('only its beginning was used');
});

test('lets other work run while it works on a large photo', async () => {
  const { at, start } = await engineWithFakeModel();
  await encodeImage(photo(2400, 1600), at('photo.png'));
  let turns = 0;
  const count = (): void => {
    turns++;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  await start({ image: at('photo.png') }).done;
  clearImmediate(timer);
  expect(turns).toBeGreaterThan(100);
});

test('says what the chosen format could not hold', async () => {
  const { at, start } = await engineWithFakeModel();
  const data = new Uint8Array(64 * 64 * 4).map((_, i) => (i % 4 === 3 ? 100 : 80));
  await encodeImage({ width: 64, height: 64, channels: 4, depth: 8, data }, at('photo.png'));
  const finished = (await start({ image: at('photo.png'), out: at('out.jpg') }).done) as Finished;
  expect(finished.notices?.join()).toMatch(/transparen/);
});

test('fades out where the model’s square ends inside the photo', async () => {
  const { at, start } = await engineWithFakeModel();
  await encodeImage(photo(192, 64), at('photo.png'));
  await start({ image: at('photo.png'), fit: 'square' }).done;
  const before = (await decodeImage(at('photo.png'))).raster;
  const after = (await decodeImage(at('out.png'))).raster;
  const change = (x: number): number => Math.abs(after.data[(32 * 192 + x) * 3] - before.data[(32 * 192 + x) * 3]);
  expect([0, 40, 63].map(change)).toEqual([0, 0, 0]);
  expect(change(96)).toBeGreaterThan(20);
  for (let x = 64; x < 80; x++) expect(Math.abs(change(x + 1) - change(x))).toBeLessThan(60);
});

test('keeps the rows it is given, and refuses what is not whole rows', async () => {
  const { at, start } = await engineWithFakeModel();
  await encodeImage(photo(64, 64), at('photo.png'));
  const kept = [1, 2, 3, 4, 5, 6, 7, 8];
  const finished = (await start({ image: at('photo.png'), kept }).done) as Finished;
  expect(finished.ids?.slice(0, 8)).toEqual(kept);
  expect(finished.timings).toMatchObject({ tokens: 8, lockedTokens: 8 });
  for (const wrong of [[1, 2, 3], Array<number>(16).fill(0)]) {
    expect(await start({ image: at('photo.png'), kept: wrong }).done).toMatchObject({ code: 'kept-unfitting' });
  }
});

test('where devices are to be chosen anew, the next edit opens its model again', async () => {
  const { engine, start, at, opened } = await engineWithFakeModel();
  await encodeImage(photo(64, 64), at('in.png'));
  const editOnce = () => start({ image: at('in.png') }).done;
  await editOnce();
  await editOnce();
  expect(opened).toHaveLength(1);
  engine.chooseDeviceAnew();
  await editOnce();
  await editOnce();
  expect(opened).toHaveLength(2);
});
