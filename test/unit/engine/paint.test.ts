import { expect, test } from 'vitest';
import type { DeviceGuard, EditInput, EditOptions } from '#models/api';
import type { OrderMessage } from '#common/contract/edit-order.ts';
import { maskOfBounds } from '#common/raster/masks.ts';
import type { Raster } from '#common/raster/raster.ts';
import { composite } from '#common/raster/composite.ts';
import { withoutPause } from '#common/raster/slices.ts';
import { decodeImage } from '#node/images/decode.ts';
import { encodeImage } from '#node/images/encode.ts';
import { engineWithFakeModel } from '../../helpers/fake-engine.ts';

type Finished = Extract<OrderMessage, { type: 'finished' }>;
type Cancelled = Extract<OrderMessage, { type: 'cancelled' }>;

/** Values that differ everywhere a little, of mean grey about `level`. */
function photo(width: number, height: number, channels: 1 | 3 | 4 = 3, level = 60): Raster {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => level + ((i * 7) % 5));
  return { width, height, channels, depth: 8, data };
}

const of = <Type extends OrderMessage['type']>(said: readonly OrderMessage[], type: Type) =>
  said.filter((message): message is Extract<OrderMessage, { type: Type }> => message.type === type);

/** An engine whose model waits before a step until the test goes on. */
async function heldAt(step: number) {
  let reached = (): void => undefined;
  let goOn = (): void => undefined;
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
  const started = await engineWithFakeModel({
    beforeStep: (at, signal) => {
      if (at !== step) return;
      reached();
      return Promise.race([
        mayGoOn,
        new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
      ]);
    },
  });
  return { ...started, isReached, goOn: () => goOn() };
}

test('says where the model looks, streams rows of every variant as pixels, and ends with what is new', async () => {
  const { paint } = await engineWithFakeModel();
  const { said, done, patches } = paint(photo(96, 64), { variants: 2, seed: 7, sampling: { cfg: 1.5 } });
  const finished = (await done) as Finished;
  expect(said.slice(0, 2)).toEqual([
    { type: 'queued' },
    {
      type: 'started',
      grid: 4,
      placement: {
        image: { width: 96, height: 64 },
        source: { x: 0, y: -16, width: 96, height: 96 },
        visible: { x: 0, y: 0, width: 96, height: 64 },
        modelSize: 64,
      },
    },
  ]);
  const bands = of(said, 'preview');
  expect(bands.map(({ variant, row, rows }) => [variant, row, rows])).toEqual(
    [0, 1, 2, 3].flatMap((row) => [
      [0, row, 1],
      [1, row, 1],
    ]),
  );
  for (const { width, rgb } of bands) expect([width, rgb.length]).toEqual([64, 64 * 16 * 3]);
  expect(finished).toMatchObject({
    ...{ seed: 7, model: 'fake', rows: 4, sampling: { cfg: 1.5, temperature: 1, topK: 1000, topP: 1 } },
    pictures: [{ variant: 0 }, { variant: 1 }],
  });
  expect(finished.sourceIds).toHaveLength(16);
  expect(finished.pictures[1]!.ids).toEqual(finished.sourceIds.map((id) => 255 - id + 1));
  expect(patches).toHaveLength(2);
});

test('a patch put onto the photo is what an edit of files writes, bit for bit', async () => {
  const changed = 5; // second row, second column of 4 × 4
  const { at, start, paint } = await engineWithFakeModel({
    choose: (cell, source) => (cell === changed ? 200 : source),
  });
  const before = photo(256, 256);
  await encodeImage(before, at('photo.png'));
  await start({ image: at('photo.png') }).done;
  const { patches, done } = paint(before, {});
  await done;
  const [{ bounds, rgba, mask }] = patches;
  expect([bounds.width < 140, bounds.height < 140]).toEqual([true, true]);
  expect(rgba).toMatchObject({ width: bounds.width, height: bounds.height, channels: 4, depth: 8 });
  const after = await composite(before, rgba, mask!, { matchesRim: false }, withoutPause);
  expect(after.data).toEqual((await decodeImage(at('out.png'))).raster.data);
});

test('a patch has the depth of its photo', async () => {
  const { paint } = await engineWithFakeModel();
  const data = Uint16Array.from({ length: 64 * 64 * 3 }, (_, i) => 20_000 + (i % 7) * 11);
  const { patches, done } = paint({ width: 64, height: 64, channels: 3, depth: 16, data }, {});
  await done;
  expect(patches[0]!.rgba.data).toBeInstanceOf(Uint16Array);
  expect(Math.max(...patches[0]!.rgba.data)).toBe(0xffff); // alpha
});

test('a picture painted from a map is stretched over its target, in the depth asked for, and so are its rows', async () => {
  const { paint } = await engineWithFakeModel();
  const bounds = { x: 10, y: 20, width: 192, height: 96 };
  const { said, patches, done } = paint(photo(64, 32), { task: 'canny' }, undefined, {
    bounds,
    colours: { depth: 16 },
  });
  await done;
  const { rgba, mask, bounds: filled } = patches[0]!;
  expect(filled).toEqual(bounds);
  expect([rgba.width, rgba.height, rgba.channels, rgba.depth, mask]).toEqual([192, 96, 4, 16, undefined]);
  expect(of(said, 'started')[0]!.placement).toEqual({
    image: { width: 192, height: 96 },
    source: { x: 10, y: -28, width: 192, height: 192 }, // the model's square around the map of 64 × 32
    visible: bounds,
    modelSize: 64,
  });
  const whole = paint(photo(64, 32), { task: 'canny' });
  await whole.done;
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(rgba.data) / 257).toBeCloseTo(mean(whole.patches[0]!.rgba.data), 0);
});

test('nothing is added where the photo is transparent', async () => {
  const { paint } = await engineWithFakeModel();
  const before = photo(64, 64, 4);
  for (let i = 3; i < before.data.length; i += 4) before.data[i] = i < 64 * 32 * 4 ? 0 : 255;
  const { patches, done } = paint(before, {});
  await done;
  const { bounds, mask } = patches[0]!;
  expect(mask!.data.slice(0, 32 * bounds.width)).toEqual(new Uint8Array(32 * bounds.width));
  expect(mask!.data.at(-1)).toBe(255);
});

test('says that nothing changed instead of making an empty patch', async () => {
  const { paint } = await engineWithFakeModel({ choose: (_, source) => source });
  const finished = (await paint(photo(64, 64), {}).done) as Finished;
  expect(finished.pictures[0]!.patch).toBeNull();
  expect(finished.notices?.join()).toContain('changed nothing');
});

test('a picture painted from a map has no mask: all of it is new', async () => {
  const { paint } = await engineWithFakeModel({ choose: () => 200 });
  const { patches, done } = paint(photo(120, 60, 1), { task: 'canny', instruction: 'a house' });
  await done;
  expect(patches[0]).toMatchObject({ bounds: { x: 0, y: 0, width: 120, height: 60 } });
  expect(patches[0]!.mask).toBeUndefined();
  expect([...patches[0]!.rgba.data.slice(0, 4)]).toEqual([200, 200, 200, 255]);
});

test('the model sees the square that the person placed', async () => {
  const { paint } = await engineWithFakeModel();
  const { said, done } = paint(photo(300, 200), { square: { x: 40, y: 30, size: 100 } });
  await done;
  expect(of(said, 'started')[0]!.placement.source).toEqual({ x: 40, y: 30, width: 100, height: 100 });
});

test('rows that are kept are given to the model as they were, those below as the selection says', async () => {
  let input: EditInput | undefined;
  let options: EditOptions | undefined;
  const { paint } = await engineWithFakeModel({ onBegin: (...given) => void ([input, options] = given) });
  const kept = Array.from({ length: 8 }, (_, cell) => 100 + cell);
  const selection = maskOfBounds({ x: 70, y: 140, width: 50, height: 40 }, { width: 256, height: 256 });
  const finished = (await paint(photo(256, 256), { kept, firstVariant: 3, fit: 'whole' }, selection).done) as Finished;
  expect(input!.locked).toEqual([...kept, 'source', null, ...new Array<string>(6).fill('source')]);
  expect(options).toMatchObject({ firstVariant: 3, variants: 1 });
  expect(finished.pictures[0]).toMatchObject({ variant: 3 });
  expect(finished.pictures[0]!.ids.slice(0, 8)).toEqual(kept);
});

test('rows of a model with another grid are refused', async () => {
  const { paint } = await engineWithFakeModel();
  const failed = await paint(photo(64, 64), { kept: new Array<number>(6).fill(1) }).done;
  expect(failed).toMatchObject({ type: 'failed', code: 'kept-unfitting', data: { count: 6, grid: 4 } });
});

test('stopping keeps the rows that were decided, for every variant', async () => {
  const { paint, engine, isReached } = await heldAt(10);
  const { job, done, patches } = paint(photo(256, 256), { variants: 2 });
  await isReached;
  engine.stop(job);
  const { kept } = (await done) as Cancelled;
  expect(kept).toMatchObject({ rows: 2, seed: 0 });
  expect(kept!.pictures.map(({ ids }) => ids.filter((id) => id >= 0).length)).toEqual([10, 10]);
  expect(kept!.pictures[0]!.ids.slice(10)).toEqual(new Array(6).fill(-1));
  const { bounds } = patches[0]!;
  expect(bounds.y).toBe(0);
  expect(bounds.y + bounds.height).toBeLessThanOrEqual(3 * 64 + 30); // the third row has two decided cells, and the ramp
});

test('stopping inside a selection adds nothing outside of it', async () => {
  const { paint, engine, isReached } = await heldAt(6);
  const selection = maskOfBounds({ x: 70, y: 10, width: 100, height: 200 }, { width: 256, height: 256 });
  const { job, done, patches } = paint(photo(256, 256), { fit: 'whole' }, selection);
  await isReached;
  engine.stop(job);
  expect(await done).toMatchObject({ type: 'cancelled', kept: { rows: 1 } });
  const { bounds } = patches[0]!;
  expect(bounds.x).toBeGreaterThanOrEqual(70 - 25);
  expect(bounds.x + bounds.width).toBeLessThanOrEqual(170 + 25);
});

test('stopping before a row is decided, or a job that waits, keeps nothing', async () => {
  const { paint, engine, isReached } = await heldAt(3);
  const first = paint(photo(64, 64), {});
  const second = paint(photo(64, 64), {});
  await isReached;
  engine.stop(second.job);
  expect(await second.done).toEqual({ type: 'cancelled' });
  engine.stop(first.job);
  expect(await first.done).toEqual({ type: 'cancelled' });
});

test('cancelling is told at once and keeps nothing, also after stopping', async () => {
  const { paint, engine, isReached } = await heldAt(9);
  const { job, said, done } = paint(photo(64, 64), {});
  await isReached;
  engine.stop(job);
  engine.cancel(job);
  expect(said.at(-1)).toEqual({ type: 'cancelled' });
  await done;
  await engine.whenIdle();
  expect(of(said, 'cancelled')).toHaveLength(1);
});

test('jobs that wait run in the order they are put into', async () => {
  const order: string[] = [];
  const { paint, engine } = await engineWithFakeModel({ onBegin: ({ instruction }) => void order.push(instruction) });
  const [, b, c] = ['a', 'b', 'c'].map((instruction) => paint(photo(64, 64), { instruction }));
  engine.moveBefore(c!.job, b!.job);
  await Promise.all([b!.done, c!.done]);
  expect(order).toEqual(['a', 'c', 'b']);
});

test('while the model works, that is noted of its device', async () => {
  const seen: string[] = [];
  const guard: DeviceGuard = {
    objection: () => Promise.resolve(undefined),
    begin: (device, use) => {
      seen.push(`${use} on ${device}`);
      return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve(void seen.push('ended')) });
    },
  };
  const onBegin = (): void => void seen.push('begun');
  const { paint } = await engineWithFakeModel({ onBegin }, undefined, guard);
  await paint(photo(64, 64), {}).done;
  expect(seen).toEqual(['work on cpu', 'begun', 'ended']);
});

test('several variants are drawn freely where the model always takes the likeliest, unless a temperature is asked for', async () => {
  const begun: number[] = [];
  const onBegin = (_: EditInput, { temperature }: EditOptions) => void begun.push(temperature);
  const { paint } = await engineWithFakeModel({ temperature: 0, onBegin });
  await paint(photo(64, 64), { variants: 1 }).done;
  await paint(photo(64, 64), { variants: 2 }).done;
  await paint(photo(64, 64), { variants: 2, sampling: { temperature: 0 } }).done;
  expect(begun).toEqual([0, 1, 0]);
});
