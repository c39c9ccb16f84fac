import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Chores } from '../../../renderer/compositor/chores.ts';
import { displayPixels } from '../../../renderer/compositor/display.ts';
import { SampleBudget } from '../../../renderer/compositor/sample-budget.ts';
import { changedStack, stackChange } from '../../../renderer/compositor/stack-changes.ts';
import type { LayerStack, TiledImage } from '../../../renderer/compositor/layer-stack.ts';
import { tileName } from '../../../renderer/compositor/tile-grid.ts';
import type { WantedTile } from '../../../renderer/compositor/protocol.ts';
import { TileQueue } from '../../../renderer/compositor/tile-queue.ts';
import { TileStore } from '../../../renderer/compositor/tile-store.ts';
import { layerOf, stackOf } from '../../unit/compositor/stacks.ts';

const bytes = (length: number): Uint8Array => new Uint8Array(length);

describe('the memory for pixels', () => {
  test('is kept within its limit by dropping what was not used for longest', () => {
    const budget = new SampleBudget(100);
    const [a, b] = [budget.keep(bytes(40)), budget.keep(bytes(40))];
    expect(budget.use(a)).toBeDefined();
    const c = budget.keep(bytes(40));
    expect([a.samples, b.samples, c.samples].map(Boolean)).toEqual([true, false, true]);
    expect(budget.usedBytes).toBe(80);
    expect(budget.use(b)).toBeUndefined();
  });

  test('holds a single thing that is larger than all of it', () => {
    const budget = new SampleBudget(10);
    const large = budget.keep(bytes(50));
    expect(large.samples).toBeDefined();
    budget.keep(bytes(5));
    expect(large.samples).toBeUndefined();
  });
});

describe('tiles that are loaded', () => {
  test('are asked for once, however many wait', async () => {
    const asked: string[] = [];
    const load = (key: string) => Promise.resolve(asked.push(key)).then(() => bytes(4));
    const store = new TileStore(load, new SampleBudget(100));
    await Promise.all([store.get('a'), store.get('a')]);
    expect(asked).toEqual(['a']);
    expect(store.peek('a')).toBeDefined();
  });

  test('are asked for again after a failure', async () => {
    let isBroken = true;
    const load = () => (isBroken ? Promise.reject(new Error('lost')) : Promise.resolve(bytes(4)));
    const store = new TileStore(load, new SampleBudget(100));
    await expect(store.get('a')).rejects.toThrow('lost');
    isBroken = false;
    expect(await store.get('a')).toHaveLength(4);
  });
});

test('a stack arrives whole, whatever was known before and whether or not it was used', () => {
  const tiles = fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'd')), { minLength: 2, maxLength: 2 });
  const image = tiles.map(
    (keys) => ({ extent: { width: 300, height: 20 }, channels: 4, depth: 8, tiles: keys }) as const,
  );
  const stacks = fc.tuple(image, image, fc.boolean()).map(([one, other, hasMask]): LayerStack => {
    const images: Record<string, TiledImage> = { one, other };
    return stackOf(
      { width: 300, height: 20 },
      [layerOf('layer', { image: 'one', mask: hasMask ? 'other' : null })],
      images,
    );
  });
  fc.assert(
    fc.property(fc.array(stacks, { minLength: 1, maxLength: 5 }), (all) => {
      let told: LayerStack | undefined;
      all.forEach((stack, i) => {
        told = changedStack(told, structuredClone(stackChange(all[i - 1], stack)));
        const { one, other } = stack.images;
        const used = stack.layers[0]!.mask === null ? { one } : { one, other };
        expect(told).toEqual({ ...stack, images: used });
      });
    }),
  );
});

describe('the queue of tiles', () => {
  const at = (column: number, since = 1, isAhead = false): WantedTile => ({ level: 0, column, row: 0, since, isAhead });

  function create() {
    const begun: string[] = [];
    const waiting: (() => void)[] = [];
    let rest = (): void => undefined;
    const held = (name: string): Promise<void> => {
      begun.push(name);
      return new Promise<void>((resolve) => waiting.push(resolve));
    };
    const queue = new TileQueue({
      draw: (tile) => held(tileName(tile)),
      prepare: (tile) => held(`prepare ${tileName(tile)}`),
      pause: () => Promise.resolve(),
      rest: () => new Promise<void>((resolve) => (rest = resolve)),
    });
    const rested = async (): Promise<void> => {
      rest();
      await Promise.resolve();
    };
    const finishAll = async (): Promise<void> => {
      while (waiting.length > 0) {
        waiting.shift()!();
        for (let i = 0; i < 10; i++) await Promise.resolve();
      }
    };
    return { queue, begun, finishAll, rested };
  }

  test('works in the order that was asked for, three at a time', async () => {
    const { queue, begun, finishAll } = create();
    queue.request([at(3), at(1), at(2), at(0), at(4)], 1);
    expect(begun).toEqual(['0/3/0', '0/1/0', '0/2/0']);
    await finishAll();
    expect(begun).toEqual(['0/3/0', '0/1/0', '0/2/0', '0/0/0', '0/4/0']);
  });

  test('forgets what is no longer wanted and does not begin twice what is under way', async () => {
    const { queue, begun, finishAll } = create();
    queue.request([at(0), at(1), at(2), at(3), at(4)], 1);
    queue.request([at(1), at(9)], 1);
    await finishAll();
    expect(begun).toEqual(['0/0/0', '0/1/0', '0/2/0', '0/9/0']);
  });

  test('begins again what was begun before it changed, and nothing else', async () => {
    const { queue, begun, finishAll } = create();
    queue.request([at(0), at(1)], 1);
    queue.request([at(0, 1), at(1, 2)], 2);
    await finishAll();
    expect(begun).toEqual(['0/0/0', '0/1/0', '0/1/0']);
  });

  test('lets what is more urgent begin at once, however much is under way', () => {
    const { queue, begun } = create();
    queue.request([at(0), at(1), at(2), at(3)], 1);
    queue.request([at(7, 2), at(0), at(1), at(2), at(3)], 2);
    expect(begun).toEqual(['0/0/0', '0/1/0', '0/2/0', '0/7/0']);
  });

  test('draws nothing in advance while something is to be seen', async () => {
    const { queue, begun, finishAll, rested } = create();
    queue.request([at(0), at(5, 1, true), at(6, 1, true)], 1);
    await rested();
    expect(begun).toEqual(['0/0/0']);
    await finishAll();
    expect(begun).toEqual(['0/0/0', '0/5/0', '0/6/0']);
  });

  test('nor while layers keep changing', async () => {
    const { queue, begun, finishAll, rested } = create();
    queue.request([at(0, 1), at(5, 1, true)], 1);
    await finishAll();
    queue.request([at(0, 2), at(5, 2, true)], 2);
    await finishAll();
    expect(begun).toEqual(['0/0/0', '0/0/0']);
    queue.request([at(5, 2, true)], 2); // something else is looked at
    await rested();
    expect(begun).toEqual(['0/0/0', '0/0/0', '0/5/0']);
  });

  test('prepares what is in sight once layers rest and all of it is drawn, before anything is drawn in advance', async () => {
    const { queue, begun, finishAll, rested } = create();
    queue.keepReady([at(0), at(1)]);
    queue.request([at(0), at(5, 1, true)], 1);
    await rested();
    expect(begun).toEqual(['0/0/0']);
    await finishAll();
    expect(begun).toEqual(['0/0/0', 'prepare 0/0/0', 'prepare 0/1/0', '0/5/0']);
  });

  test('prepares again after every change, and draws what changed first', async () => {
    const { queue, begun, finishAll, rested } = create();
    queue.keepReady([at(0), at(1)]);
    queue.request([], 1);
    await rested();
    queue.request([at(7, 2)], 2);
    expect(begun).toEqual(['prepare 0/0/0', '0/7/0']);
    await finishAll();
    expect(begun).toHaveLength(2);
    await rested();
    await finishAll();
    expect(begun.slice(2)).toEqual(['prepare 0/0/0', 'prepare 0/1/0']);
  });
});

test('of chores the last is done first, and messages come in before any', async () => {
  const done: string[] = [];
  let pauses = 0;
  const chores = new Chores(() => Promise.resolve(void pauses++));
  for (const name of ['a', 'b', 'c']) chores.add(() => void done.push(name));
  expect(done).toEqual([]);
  for (let i = 0; i < 10; i++) await Promise.resolve();
  expect(done).toEqual(['c', 'b', 'a']);
  expect(pauses).toBeGreaterThan(0);
  chores.add(() => void done.push('d'));
  for (let i = 0; i < 10; i++) await Promise.resolve();
  expect(done.at(-1)).toBe('d');
});

test('sixteen bits are shown as the nearest of eight', () => {
  const all = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  const shown = displayPixels(all);
  for (let i = 0; i < all.length; i++)
    if (shown[i] !== Math.round(i / 257)) expect([i, shown[i]]).toEqual([i, Math.round(i / 257)]);
});
