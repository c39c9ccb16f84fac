import { expect, test } from 'vitest';
import type { OfferedPack } from '#common/contract/model-service.ts';
import { createAppState } from '../../../renderer/state/app-state.ts';
import { FakeHost } from '../fake-host.ts';

const pack: OfferedPack = {
  ...{ id: 'large', title: 'Large', precision: 'int4', licence: { spdx: 'MIT' }, bytes: 100, needed: 40, free: 1000 },
};
const source = { address: 'https://models.example/large/pack.json' };

async function start(changes: Partial<FakeHost['modelChanges']>) {
  const host = new FakeHost();
  host.modelChanges = { ...host.modelChanges, ...changes };
  const app = createAppState(host);
  host.connect();
  await expect.poll(() => app.engine.status).toBe('ready');
  return { ...app, host };
}

test('a pack is looked at first, and installed with its progress only when the person says so', async () => {
  let tell = (_: { done: number; of: number }): void => undefined;
  let finish = (): void => undefined;
  const added: unknown[] = [];
  const { engine, host, models, problems } = await start({
    look: () => pack,
    onAdding: (listener) => {
      tell = listener;
      return () => undefined;
    },
    add: (...args) => {
      added.push(args.slice(0, 2));
      return new Promise((resolve) => (finish = () => resolve(undefined)));
    },
  });
  await models.look(source);
  expect(models.offer).toEqual({ source, pack });
  expect(added).toEqual([]);
  const adding = models.add(true);
  await expect.poll(() => added).toEqual([[source, true]]);
  tell({ done: 25, of: 100 });
  await expect.poll(() => models.adding).toEqual({ title: 'Large', share: 0.25 });
  host.models = [...host.models, { ...host.models[0]!, id: 'large', title: 'Large' }];
  finish();
  await adding;
  expect([models.adding, models.offer]).toEqual([undefined, undefined]);
  expect(engine.usable.map(({ id }) => id)).toEqual(['mini', 'large']);
  expect(problems.list).toMatchObject([{ title: 'Large is installed.' }]);
});

test('an installation that is stopped says that what has come is kept, and can be started again', async () => {
  let looked = 0;
  const { models, problems } = await start({
    look: () => ({ ...pack, needed: looked++ === 0 ? 100 : 40 }),
    add: (_source, _accepted, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
  });
  await models.look(source);
  const adding = models.add(true);
  await expect.poll(() => models.adding).toBeDefined();
  models.stop();
  await adding;
  expect(problems.list).toMatchObject([{ title: 'Stopped.' }]);
  expect(models.offer?.pack.needed).toBe(40);
});

test('files that are not as they were published are told, and not called right', async () => {
  const { engine, models, problems } = await start({
    verify: () => Promise.reject(new Error('weights.data is damaged')),
  });
  await models.verify(engine.model!);
  expect(models.checked.size).toBe(0);
  expect(problems.list).toHaveLength(1);
});
