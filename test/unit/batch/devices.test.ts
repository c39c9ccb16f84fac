import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test, vi } from 'vitest';
import type { DeviceName } from '#common/contract/edit-request.ts';
import { ModelError } from '#models';
import { batchWithFakeModel, photoBytes } from '../../helpers/batch.ts';
import { FakeModel } from '../../helpers/fake-model.ts';
import type { FakeModelSettings } from '../../helpers/fake-model.ts';

/** A second device, with a model that answers like the first. */
const another = (settings: Partial<FakeModelSettings> = {}) => new FakeModel({ imageSize: 64, grid: 4, ...settings });

async function withTwo(count: number, first: Partial<FakeModelSettings>, second: FakeModel, more = {}) {
  const set = await batchWithFakeModel(first, { others: [second], ...more });
  for (let i = 1; i <= count; i++) await writeFile(join(set.input, `p${i}.png`), await photoBytes(i));
  const devices: DeviceName[] = ['cuda', 'cuda:1'];
  const journal = async (): Promise<string[]> =>
    (await readFile(join(set.output, 'editar-batch.jsonl'), 'utf8')).trim().split('\n');
  return { ...set, journal, runBoth: () => set.run({ devices }), devices };
}

const dies = (code: 'device-unavailable' | 'out-of-memory') => () => {
  throw new ModelError(code, 'the graphics card fell off the bus');
};

test('a quick device makes more than a slow one, and every item is made once by one of them', async () => {
  const quick = { runs: 0 };
  const isAhead = (): Promise<void> => vi.waitFor(() => expect(quick.runs).toBeGreaterThan(5), { timeout: 20_000 });
  const slow = another({ beforeStep: (step) => (step === 0 ? isAhead() : undefined) });
  const { runBoth, model, journal, output, report } = await withTwo(8, { onBegin: () => void quick.runs++ }, slow);
  expect(await runBoth()).toEqual({ in: 8, done: 8, skipped: 0, failed: 0 });
  expect(slow.runs).toBeGreaterThan(0);
  expect(model.runs).toBeGreaterThan(slow.runs);
  expect(model.runs + slow.runs).toBe(8);
  const lines = await journal();
  expect(lines.filter((line) => line.includes('"entry":"done"'))).toHaveLength(8);
  expect(readdirSync(output).filter((name) => name.endsWith('.png'))).toHaveLength(8);
  expect((await report()).items.every(({ device }) => device === 'cpu')).toBe(true); // what the models say of themselves
  expect(slow.isDisposed).toBe(true);
});

test('progress tells of the items on both devices', async () => {
  let holds = (): void => undefined;
  const held = new Promise<void>((resolve) => (holds = resolve));
  const second = another({ beforeStep: (step) => (step === 2 ? held : undefined) });
  const { runBoth, said, model } = await withTwo(4, {}, second);
  const done = runBoth();
  await vi.waitFor(() => expect(model.runs).toBe(3));
  holds();
  await done;
  const together = said.flatMap((message) => (message.type === 'progress' ? [message.running.length] : []));
  expect(Math.max(...together)).toBe(2);
});

test.each(['device-unavailable', 'out-of-memory'] as const)(
  'a device that dies hands its item back and the other goes on: %s',
  async (code) => {
    const second = another({ beforeStep: dies(code) });
    const { runBoth, said, report, model } = await withTwo(5, {}, second);
    expect(await runBoth()).toEqual({ in: 5, done: 5, skipped: 0, failed: 0 });
    expect([second.runs, model.runs]).toEqual([1, 5]);
    expect(said.filter(({ type }) => type === 'device-lost')).toMatchObject([
      { device: 'cuda:1', left: ['cuda'], failure: { code } },
    ]);
    expect((await report()).items.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 1]);
  },
);

test('an item that no device can make fails like any other, and costs one device at most', async () => {
  const isBad = (input: { image: { data: Uint8Array } }): boolean => input.image.data[0] > 100;
  const refuse: FakeModelSettings['onBegin'] = (input) => {
    if (isBad(input)) throw new ModelError('out-of-memory', 'too much');
  };
  const { runBoth, input, said, report } = await withTwo(3, { onBegin: refuse }, another({ onBegin: refuse }));
  for (const name of ['p1.png', 'p2.png', 'p3.png']) await writeFile(join(input, name), await flat(20));
  await writeFile(join(input, 'p0.png'), await flat(200));
  expect(await runBoth()).toEqual({ in: 4, done: 3, skipped: 0, failed: 1 });
  expect(said.filter(({ type }) => type === 'device-lost')).toHaveLength(1);
  expect((await report()).items[0]).toMatchObject({ state: 'failed', attempts: 2 });
});

test('where the last device dies too, the items say why', async () => {
  const broken = { beforeStep: dies('device-unavailable') };
  const { runBoth, report } = await withTwo(2, broken, another(broken));
  expect(await runBoth()).toEqual({ in: 2, done: 0, skipped: 0, failed: 2 });
  expect((await report()).items[0]?.failure?.message).toContain('fell off the bus');
});

test('cancelled, both devices stop, and what they were at is made when it is resumed', async () => {
  const abort = new AbortController();
  const stop = (): void => abort.abort(new Error('stop'));
  const second = another({ beforeStep: (step) => void (step === 3 && stop()) });
  const { open, run, devices, model, output } = await withTwo(6, {}, second);
  await expect(
    (async () => {
      await using opened = await open({ devices }, abort.signal);
      await opened.run();
    })(),
  ).rejects.toThrow('stop');
  expect(await run({ resume: true })).toEqual({ in: 6, done: 6, skipped: 0, failed: 0 });
  expect(model.runs + second.runs).toBeGreaterThanOrEqual(7); // the interrupted one was begun twice
  expect(readdirSync(output).filter((name) => name.endsWith('.png'))).toHaveLength(6);
});

test('a device without room for its model beside the others is left out, and that is told', async () => {
  const devices: DeviceName[] = ['cpu', 'cpu'];
  const second = another();
  const { run, said, model } = await withTwo(2, {}, second, { memory: 600, free: 1000 });
  expect(await run({ devices })).toMatchObject({ done: 2 });
  expect([model.runs, second.runs]).toEqual([2, 0]);
  const lost = said.find(({ type }) => type === 'device-lost');
  expect(lost).toMatchObject({ device: 'cpu', left: ['cpu'], failure: { code: 'out-of-memory' } });
  said.length = 0;
  expect(await run({ devices: ['cuda', 'cuda:1'], recipe: { seed: 1 } })).toMatchObject({ done: 2 });
  expect(said.some(({ type }) => type === 'device-lost')).toBe(false); // models of cards only pass through
});

test('a device that was asked for and is not there is told before anything is made', async () => {
  const { open, services, output } = await withTwo(2, {}, another());
  services.devices.memoryOf = () => Promise.reject(new ModelError('device-unavailable', 'there is no such card'));
  await expect(open({ devices: ['cuda'] })).rejects.toMatchObject({ code: 'device-unavailable' });
  expect(existsSync(output)).toBe(false);
});

test('a picture that fails while the others are made is tried again by whoever is free', async () => {
  let fails = 1;
  const flaky = another({
    onBegin: () => {
      if (fails-- > 0) throw new ModelError('bad-output', 'a black picture');
    },
  });
  const { runBoth, model } = await withTwo(3, {}, flaky);
  expect(await runBoth()).toEqual({ in: 3, done: 3, skipped: 0, failed: 0 });
  expect(model.runs + flaky.runs).toBe(3);
});

const flat = (grey: number): Promise<Buffer> =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: { r: grey, g: grey, b: grey } } })
    .png()
    .toBuffer();
