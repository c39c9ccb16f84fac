import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { BatchId, BatchOrder, DeskMessage, ItemFile, PictureSide } from '#common/contract/batch-service.ts';
import { zBatchOptions } from '#common/contract/batch.ts';
import { engineContract } from '#common/contract/services.ts';
import { BatchDesk } from '#node/batch/batch-desk.ts';
import { GrantedFolders } from '#node/batch/granted-folders.ts';
import { GrantedFiles } from '#node/projects/granted-files.ts';
import { ModelError } from '#models';
import { batchWithFakeModel, photoBytes } from '../../helpers/batch.ts';
import { FakeModel } from '../../helpers/fake-model.ts';

const never = new AbortController().signal;

/** Holds the model up before every step while it is closed. */
class Gate {
  #open = (): void => undefined;
  #opened = Promise.resolve();

  close(): void {
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#open();
  }

  readonly beforeStep = (_: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const abort = (): void => reject(signal?.reason as Error);
      signal?.addEventListener('abort', abort, { once: true });
      void this.#opened.then(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
    });
}

async function withDesk(
  count: number,
  settings?: Parameters<typeof batchWithFakeModel>[0],
  reveal?: (path: string) => void,
  devices?: Parameters<typeof batchWithFakeModel>[1],
) {
  const set = await batchWithFakeModel(settings, devices);
  for (let i = 1; i <= count; i++) await writeFile(join(set.input, `p${i}.png`), await photoBytes(i, 400, 300));
  const folders = new GrantedFolders(new GrantedFiles(), [set.input, set.folder]);
  const [{ handle: input }, { handle: root }] = folders.roots();
  const { handle: output } = await folders.inside(root, 'out');
  const desk = new BatchDesk(set.services, folders, reveal);
  onTestFinished(async () => await desk[Symbol.asyncDispose]());
  const said: DeskMessage[] = [];
  desk.onMessage((message) => said.push(engineContract.batch.onMessage.value.parse(message)));
  const order = (changes: Partial<Omit<BatchOrder, 'options'>> & { options?: object } = {}): BatchOrder => ({
    ...{ input, output, recipe: { version: 1, instruction: 'invert it', seed: 5 }, devices: [], resume: false },
    ...changes,
    options: zBatchOptions.parse(changes.options ?? {}),
  });
  const status = (wanted: string) => vi.waitFor(() => expect(desk.view()?.status).toBe(wanted), { timeout: 20_000 });
  return { ...set, input, output, desk, folders, said, order, status };
}

const file = (batch: BatchId, index: number, side: PictureSide, variant = 0): ItemFile => ({
  batch,
  index,
  side,
  variant,
});
const states = (desk: BatchDesk) => desk.view()!.items.map(({ state }) => state);
const types = (said: readonly DeskMessage[]) => said.map(({ type }) => type);

test('what a folder has besides is told with the plan, and not once more when it begins', async () => {
  const { desk, input, order, said, status, folders } = await withDesk(1);
  await writeFile(join(folders.path(input), 'p2.NEF'), 'raw');
  const { notices } = await desk.preview(order(), never);
  expect(notices).toEqual([expect.stringMatching(/^1 file is left out.*1 \.nef/)]);
  await desk.start(order());
  await status('finished');
  expect(types(said)).not.toContain('notice');
});

test('a plan tells names before anything is made, and its pictures can be looked at', async () => {
  const { desk, order, output, folders } = await withDesk(2);
  const plan = await desk.preview(order({ options: { name: '{stem} {seed}' } }), never);
  expect(plan.items.map((item) => item.output)).toEqual(['p1 5.png', 'p2 5.png']);
  expect(plan).toMatchObject({ make: 2, etaMs: null });
  expect(existsSync(folders.path(output))).toBe(false);
  const small = await desk.files.thumbnail(file(plan.id, 1, 'before'), never);
  expect(await sharp(small!).metadata()).toMatchObject({ format: 'webp', width: 320, height: 240 });
  expect(await desk.files.thumbnail(file(plan.id, 1, 'after'), never)).toBeNull();
  expect(() => desk.files.chosen(file(plan.id, 1, 'after'))).toThrow('image-unreadable');
});

test('a recipe that cannot be used is told as one from a file is', async () => {
  const { desk, order } = await withDesk(1);
  const empty = order({ recipe: { version: 1, instruction: ' ' } });
  await expect(desk.preview(empty, never)).rejects.toMatchObject({ code: 'recipe-invalid' });
  await expect(desk.start(empty)).rejects.toMatchObject({ code: 'recipe-invalid' });
  const path = order({ recipe: { version: 1, instruction: 'x', model: { id: '/etc' } } });
  await expect(desk.start(path)).rejects.toMatchObject({ code: 'invalid-call' });
});

test('a batch is made, looked at, and told to every page in the same way', async () => {
  const { desk, order, said, status, folders } = await withDesk(2);
  await desk.start(order());
  await status('finished');
  expect(states(desk)).toEqual(['done', 'done']);
  expect(types(said).filter((type) => type !== 'item' && type !== 'progress')).toEqual([
    'planned',
    'opened',
    'finished',
  ]);
  const view = engineContract.batch.current.result.parse(desk.view())!;
  expect(view.finished).toMatchObject({ in: 2, done: 2 });
  const small = await desk.files.thumbnail(file(view.id, 2, 'after'), never);
  expect((await sharp(small!).metadata()).width).toBe(320);
  const { name, handle } = desk.files.chosen(file(view.id, 2, 'after'));
  expect(name).toBe('p2.png');
  expect((await sharp(folders.path(handle)).metadata()).width).toBe(400);
});

test('only one batch runs; a second one takes the place of one that is over', async () => {
  const gate = new Gate();
  const { desk, order, status } = await withDesk(1, gate);
  gate.close();
  await desk.start(order());
  await expect(desk.start(order())).rejects.toMatchObject({ code: 'batch-running' });
  gate.open();
  await status('finished');
  await desk.start(order());
  await status('finished');
  expect(desk.view()!.items).toMatchObject([{ state: 'skipped', reason: 'done-before' }]);
  await desk.close();
  expect(desk.view()).toBeNull();
});

test('a paused batch can be put into another order, and goes on in it', async () => {
  const gate = new Gate();
  gate.close();
  const { desk, order, said, status } = await withDesk(4, gate);
  await desk.start(order());
  await vi.waitFor(() => expect(desk.view()!.waiting).toEqual([2, 3, 4]));
  desk.pause();
  gate.open();
  expect(desk.view()!.status).toBe('paused');
  await vi.waitFor(() => expect(states(desk)[0]).toBe('done'), { timeout: 20_000 });
  desk.moveBefore([3, 4], 2);
  expect(desk.view()!.waiting).toEqual([3, 4, 2]);
  desk.moveBefore([3], null);
  expect(desk.view()!.waiting).toEqual([4, 2, 3]);
  desk.moveBefore([3], 1); // which is done already
  expect(desk.view()!.waiting).toEqual([3, 4, 2]);
  desk.moveBefore([3], null);
  desk.resume();
  await status('finished');
  const done = said.flatMap((message) => (message.type === 'item' && message.state === 'done' ? [message.index] : []));
  expect(done).toEqual([1, 4, 2, 3]);
});

test('a cancelled batch is found again and resumed', async () => {
  const gate = new Gate();
  const { desk, order, input, output, status } = await withDesk(3, gate);
  expect(await desk.find(input, output)).toBeNull();
  const stopHearing = desk.onMessage((message) => {
    if (message.type === 'item' && message.state === 'running' && message.index === 2) gate.close();
  });
  await desk.start(order({ options: { limit: 3 } }));
  await vi.waitFor(() => expect(states(desk)[0]).toBe('done'), { timeout: 20_000 });
  await desk.cancel();
  await status('cancelled');
  stopHearing();
  gate.open();
  const found = (await desk.find(input, output))!;
  const { recipe, options } = found;
  expect(found).toMatchObject({ recipe: { instruction: 'invert it' }, options: { limit: 3 }, isOfInput: true });
  expect(found.counts).toMatchObject({ in: 3 });
  expect((await desk.find(output, output))!.isOfInput).toBe(false);
  await desk.start(order({ recipe, options, resume: true }));
  await status('finished');
  expect(states(desk)).toEqual(['done', 'done', 'done']);
  expect(await desk.find(input, output)).toBeNull();
});

test('a picture is accepted, another one is made anew with another seed, a failed one is tried again', async () => {
  const { desk, order, said, status, folder, output, folders } = await withDesk(2);
  await writeFile(join(folder, 'in', 'bad.png'), 'no picture');
  await desk.start(order());
  await status('finished');
  expect(states(desk)).toEqual(['failed', 'done', 'done']);
  expect(said).toContainEqual({ type: 'order', waiting: [2, 3, 1] }); // tried again, as the last
  const before = await readFile(join(folders.path(output), 'p1.png'));
  await desk.accept([1, 3], true);
  expect(desk.view()!.items.map(({ accepted }) => accepted)).toEqual([undefined, undefined, true]);
  await writeFile(join(folder, 'in', 'bad.png'), await photoBytes(9));
  await desk.cancel(); // there is nothing to end, and it can still be asked for more
  await desk.again([1], null);
  await desk.again([2], 77);
  await status('finished');
  await vi.waitFor(() => expect(states(desk)).toEqual(['done', 'done', 'done']), { timeout: 20_000 });
  await status('finished');
  expect(desk.view()!.items[0].seed).toBeUndefined();
  expect(desk.view()!.items[1].seed).toBe(77);
  expect(await readFile(join(folders.path(output), 'p1.png'))).not.toEqual(before);
});

test('an item that is skipped stays what it is: a file that is there is not written over', async () => {
  const { desk, order, status, folder } = await withDesk(1);
  await desk.start(order());
  await status('finished');
  await desk.start(order({ options: { collisions: 'skip' }, recipe: { version: 1, instruction: 'other' } }));
  await status('finished');
  expect(desk.view()!.items).toMatchObject([{ state: 'skipped', reason: 'exists' }]);
  const before = await readFile(join(folder, 'out', 'p1.png'));
  await desk.again([1], 3);
  expect(states(desk)).toEqual(['skipped']);
  expect(await readFile(join(folder, 'out', 'p1.png'))).toEqual(before);
});

test('items that wait are left out, and can be made after all', async () => {
  const gate = new Gate();
  gate.close();
  const { desk, order, status } = await withDesk(4, gate);
  await desk.start(order());
  await vi.waitFor(() => expect(desk.view()!.waiting).toEqual([2, 3, 4]));
  await desk.leaveOut([1, 2, 4]); // the first has begun
  expect(desk.view()!.waiting).toEqual([3]);
  gate.open();
  await status('finished');
  expect(desk.view()!.items.map(({ state, reason }) => reason ?? state)).toEqual([
    ...['done', 'left-out', 'done', 'left-out'],
  ]);
  expect(desk.view()!.finished).toMatchObject({ in: 4, done: 2, skipped: 2 });
  await desk.again([4], null);
  await vi.waitFor(() => expect(states(desk)).toEqual(['done', 'skipped', 'done', 'done']), { timeout: 20_000 });
});

test('one of several variants is picked; the reports say which', async () => {
  const { desk, order, status, folder } = await withDesk(2);
  await desk.start(order({ recipe: { version: 1, instruction: 'invert it', variants: 3 } }));
  await status('finished');
  const { id } = desk.view()!;
  expect(await desk.files.thumbnail(file(id, 1, 'after', 2), never)).not.toBeNull();
  expect(await desk.files.thumbnail(file(id, 1, 'after', 3), never)).toBeNull();
  await desk.accept([1], true, 2);
  await desk.accept([2], true, 7); // there is none
  expect(desk.view()!.items.map(({ accepted, picked }) => [accepted, picked])).toEqual([
    [true, 2],
    [true, undefined],
  ]);
  expect(await readFile(join(folder, 'out', 'report.csv'), 'utf8')).toMatch(/^1,.*,p1-3\.png\r$/m);
  await desk.accept([1], false, 2);
  expect(desk.view()!.items[0]).toMatchObject({ accepted: false });
  expect(desk.view()!.items[0].picked).toBeUndefined();
});

test('files are shown where the host can, and told where they lie where it cannot', async () => {
  const shown: string[] = [];
  const { desk, order, status, folder } = await withDesk(1, undefined, (path) => shown.push(path));
  expect(() => desk.reveal(null)).toThrow('image-unreadable');
  await desk.start(order());
  await status('finished');
  const { id } = desk.view()!;
  expect(desk.reveal(file(id, 1, 'after'))).toEqual({ place: join(folder, 'out', 'p1.png'), isShown: true });
  expect(desk.reveal(file(id, 1, 'before')).place).toBe(join(folder, 'in', 'p1.png'));
  expect(desk.reveal(null).place).toBe(join(folder, 'out', 'report.csv'));
  expect(() => desk.reveal(file(id, 1, 'after', 1))).toThrow('image-unreadable');
  expect(shown).toHaveLength(3);
});

test('a device that failed is told to pages that come later too', async () => {
  const breaks = (): void => {
    throw new ModelError('device-unavailable', 'it fell off the bus');
  };
  const gone = new FakeModel({ imageSize: 64, grid: 4, beforeStep: breaks });
  const { desk, order, status } = await withDesk(2, undefined, undefined, { others: [gone] });
  await desk.start(order({ devices: ['cuda', 'cuda:1'] }));
  await status('finished');
  expect(desk.view()!.lost).toMatchObject([{ device: 'cuda:1', left: ['cuda'] }]);
  expect(states(desk)).toEqual(['done', 'done']);
});
