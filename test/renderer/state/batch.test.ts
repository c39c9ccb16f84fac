import { expect, test, vi } from 'vitest';
import type { BatchView, DeskMessage } from '#common/contract/batch-service.ts';
import { zBatchOptions } from '#common/contract/batch.ts';
import type { ItemReport } from '#common/contract/batch.ts';
import { defaultSettings } from '#common/contract/settings.ts';
import { parseRecipe } from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import { RemoteError } from '#common/contract/errors.ts';
import type { EngineServices } from '#common/contract/services.ts';
import { recipeForFolder } from '../../../renderer/state/batch-form.svelte.ts';
import { BatchState } from '../../../renderer/state/batch.svelte.ts';
import { EngineState } from '../../../renderer/state/engine.svelte.ts';
import { Problems } from '../../../renderer/state/problems.svelte.ts';
import { FakeHost } from '../fake-host.ts';

const folder = (name: string) => ({ handle: crypto.randomUUID() as never, name, place: `/photos/${name}` });
const item = (index: number, more: Partial<ItemReport> = {}): ItemReport => ({
  ...{ index, input: `p${index}.png`, output: `p${index}.png`, state: 'waiting', attempts: 0 },
  ...more,
});
const recipe = parseRecipe({ version: 1, instruction: 'make it red' }) as EditRecipe;

const view: BatchView = {
  ...{ id: crypto.randomUUID() as never, input: folder('in'), output: folder('out'), recipe },
  ...{
    options: zBatchOptions.parse({ limit: 3 }),
    status: 'running',
    progress: null,
    finished: null,
    failure: null,
    lost: [],
  },
  ...{ items: [item(1, { state: 'running' }), item(2), item(3)], waiting: [2, 3] },
};

function withBatch(current: BatchView | null = null, list: () => Promise<unknown> = () => Promise.resolve()) {
  const problems = new Problems();
  const batch = new BatchState(new EngineState(new FakeHost(), problems), problems, { current: defaultSettings });
  let say: (message: DeskMessage) => void = () => undefined;
  const moved: unknown[] = [];
  const services = {
    folders: { list },
    batch: {
      current: () => Promise.resolve(current),
      devices: () => Promise.resolve(['cpu']),
      onMessage: (listener: typeof say) => {
        say = listener;
        return () => undefined;
      },
    },
  } as unknown as EngineServices;
  const stop = batch.listen(services);
  return { batch, problems, moved, stop, services, say: (message: DeskMessage) => say(message) };
}

test('a page that comes later shows the batch as it is, its settings too', async () => {
  const { batch } = withBatch(view);
  await vi.waitFor(() => expect(batch.batch?.status).toBe('running'));
  expect(batch.items.map(({ state }) => state)).toEqual(['running', 'waiting', 'waiting']);
  expect(batch.form.options.limit).toBe(3);
  expect(batch.form.recipe).toMatchObject({ instruction: 'make it red' });
  expect(batch.places.get(3)).toBe(2);
});

test('what is told together is shown together, and what is made waits no longer', async () => {
  const { batch, say } = withBatch();
  say({ type: 'opened', batch: view });
  say({ type: 'item', ...item(1, { state: 'done' }) });
  say({ type: 'order', waiting: [3, 2] });
  say({ type: 'item', ...item(3, { state: 'running' }) });
  expect(batch.batch).toBeUndefined();
  await vi.waitFor(() => expect(batch.counts).toEqual({ all: 3, waiting: 2, done: 1, failed: 0, skipped: 0 }));
  expect([...batch.places]).toEqual([[2, 1]]);
  say({ type: 'paused' });
  await vi.waitFor(() => expect(batch.isUnderWay && batch.batch?.status === 'paused').toBe(true));
  say({ type: 'failed', code: 'disk-full', message: 'no space', data: {} });
  await vi.waitFor(() => expect(batch.batch).toMatchObject({ status: 'failed', failure: { message: 'no space' } }));
  say({ type: 'closed' });
  await vi.waitFor(() => expect(batch.batch).toBeUndefined());
});

test('the form makes edits, paintings from maps, and maps', () => {
  const { form } = withBatch().batch;
  expect(form.isComplete).toBe(false);
  form.take(recipe);
  expect([form.kind, form.makesMaps]).toEqual(['edit', false]);
  form.choose('depth');
  expect(form.recipe).toMatchObject({ task: 'depth', instruction: 'make it red' });
  form.makesMapFirst = true;
  expect(form.recipe).toMatchObject({ condition: { kind: 'depth' } });
  form.choose('make-canny');
  expect(form.recipe).toEqual({ version: 1, extract: { kind: 'canny', detector: 'opencv' } });
  form.choose('edit');
  expect(form.recipe).toMatchObject({ task: 'edit', condition: undefined });
});

test('of the recipe of one picture a folder gets what holds for every picture', () => {
  const own = { image: 'a.png', device: 'cpu', variant: 2, variants: 4, firstVariant: 3, kept: [1, 2] };
  const where = { selection: { region: { x: 0, y: 0, width: 4, height: 4 } }, fit: 'selection' };
  const given = parseRecipe({ ...recipe, ...own, ...where, seed: 7 }) as EditRecipe;
  expect(recipeForFolder(given)).toEqual({ ...recipe, seed: 7, variants: 1, firstVariant: 5, fit: 'whole' });
});

test.each([
  ['invalid-call', undefined, 1], // by an engine that was started anew
  ['folder-unreadable', 'in', 0],
])('folders are kept over a lost connection, unless the engine knows them no more (%s)', async (code, kept, told) => {
  const { batch, problems, stop, services } = withBatch(null, () =>
    Promise.reject(new RemoteError({ code, message: code, data: {} })),
  );
  Object.assign(batch.form, { input: folder('in'), output: folder('out') });
  batch.planProblem = new RemoteError({ code: 'invalid-call', message: '', data: {} });
  stop();
  batch.listen(services);
  await vi.waitFor(() => expect(batch.devices).toEqual(['cpu']));
  await vi.waitFor(() => expect(batch.form.input?.name).toBe(kept));
  expect(problems.list.length).toBe(told);
  if (told > 0) expect([batch.planProblem, batch.form.output]).toEqual([undefined, undefined]);
});
