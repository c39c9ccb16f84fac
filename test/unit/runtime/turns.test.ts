import { expect, test } from 'vitest';
import { inTurn } from '../../../native-models/runtime/turns.ts';
import type { Device } from '../../../native-models/runtime/session.ts';

/** Starts three pieces of work at once, of which the second fails, and tells in which order they begin and end. */
async function orderOf(device: Device): Promise<string[]> {
  const order: string[] = [];
  const work = (name: string, fails = false) =>
    inTurn(device, async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      await Promise.resolve();
      order.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  return order;
}

test('sessions of WebGPU take turns, and one that fails lets the next one go on', async () => {
  expect(await orderOf('webgpu')).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('those of the processor do not wait for each other', async () => {
  expect((await orderOf('cpu')).slice(0, 3)).toEqual(['a begins', 'b begins', 'c begins']);
});
