import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { AppError } from '#common/contract/errors.ts';
import { createClient } from '#common/rpc/client.ts';
import { decodeFrame, encodeFrame } from '#common/rpc/codec.ts';
import { event, method, replayedEvent } from '#common/rpc/contract.ts';
import type { ImplementationsOf } from '#common/rpc/contract.ts';
import { createMemoryPorts } from '#common/rpc/memory-port.ts';
import { serve } from '#common/rpc/server.ts';

const contract = {
  shop: {
    add: method([z.number(), z.number()], z.number()),
    reverse: method([z.instanceof(Uint8Array)], z.instanceof(Uint8Array)),
    fail: method([z.enum(['expected', 'bug'])], z.undefined()),
    nothing: method([], z.undefined()),
    wait: method([], z.string()),
    onTick: event(z.number()),
    onOrder: replayedEvent(z.string()),
  },
};

function connect() {
  const [near, far] = createMemoryPorts();
  const ticks = new Set<(value: number) => void>();
  const state = { signal: undefined as AbortSignal | undefined, ticks };
  const implementations: ImplementationsOf<typeof contract> = {
    shop: {
      add: (a, b) => a + b,
      reverse: (bytes) => bytes.slice().reverse(),
      fail: (kind) => {
        throw kind === 'expected' ? new AppError('disk-full', { path: '/x' }) : new Error('a bug');
      },
      nothing: () => undefined,
      wait: (signal) =>
        new Promise((_, reject) => {
          state.signal = signal;
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      onTick: (listener) => {
        ticks.add(listener);
        return () => ticks.delete(listener);
      },
      onOrder: (listener) => {
        listener('what came before');
        return () => undefined;
      },
    },
  };
  const sent = vi.spyOn(near, 'send');
  const frames = () => sent.mock.calls.map(([bytes]) => (decodeFrame(bytes) as { type: string }).type);
  serve(far, contract, implementations);
  return { near, far, state, frames, shop: createClient(near, contract).shop };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test('a call comes back with its result', async () => {
  const { shop } = connect();
  expect(await Promise.all([shop.add(1, 2), shop.add(3, 4)])).toEqual([3, 7]);
});

test('a call may have nothing to say', async () => {
  expect(await connect().shop.nothing()).toBeUndefined();
});

test('bytes arrive as bytes, in and out', async () => {
  expect(await connect().shop.reverse(new Uint8Array([1, 2, 3]))).toEqual(new Uint8Array([3, 2, 1]));
});

test('an expected failure keeps its code and data', async () => {
  await expect(connect().shop.fail('expected')).rejects.toMatchObject({ code: 'disk-full', data: { path: '/x' } });
});

test('a bug is told as internal, without its stack', async () => {
  const error: unknown = await connect()
    .shop.fail('bug')
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'internal', message: 'a bug', data: {} });
});

test('wrong arguments never reach the implementation', async () => {
  const { shop } = connect();
  await expect(shop.add('1' as unknown as number, 2)).rejects.toMatchObject({ code: 'invalid-call' });
  await expect((shop.add as unknown as (...args: number[]) => Promise<number>)(1, 2, 3)).rejects.toMatchObject({
    code: 'invalid-call',
  });
});

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'onTick', 'unknown'])(
  'what is not in the contract cannot be called: %s',
  async (member) => {
    const { near } = connect();
    const answers: unknown[] = [];
    near.onMessage((bytes) => answers.push(decodeFrame(bytes)));
    near.send(encodeFrame({ type: 'call', id: 900, service: 'shop', member, args: [] }));
    near.send(encodeFrame({ type: 'call', id: 901, service: '__proto__', member, args: [] }));
    await settled();
    expect(answers).toMatchObject([900, 901].map((id) => ({ type: 'error', id, error: { code: 'invalid-call' } })));
  },
);

test('cancelling a call aborts it on both sides', async () => {
  const { shop, state } = connect();
  const abort = new AbortController();
  const call = shop.wait(abort.signal);
  await settled();
  expect(state.signal?.aborted).toBe(false);
  abort.abort(new Error('changed my mind'));
  await expect(call).rejects.toThrow('changed my mind');
  await settled();
  expect(state.signal?.aborted).toBe(true);
});

test('events arrive until unsubscribed', async () => {
  const { shop, state } = connect();
  const heard: number[] = [];
  const stop = shop.onTick((value) => heard.push(value));
  await settled();
  for (const tick of state.ticks) tick(1);
  await settled();
  stop();
  stop();
  await settled();
  expect(state.ticks.size).toBe(0);
  expect(heard).toEqual([1]);
});

test('an event is sent once however many listen, and until the last of them stops', async () => {
  const { shop, state, frames } = connect();
  const heard: string[] = [];
  const listen = (name: string) => shop.onTick((value) => heard.push(`${name}${value}`));
  const stops = [listen('a'), listen('b')];
  await settled();
  expect(frames()).toEqual(['subscribe']);
  for (const tick of state.ticks) tick(1);
  await settled();
  stops[0]!();
  for (const tick of state.ticks) tick(2);
  await settled();
  stops[1]!();
  await settled();
  expect(heard).toEqual(['a1', 'b1', 'b2']);
  expect(state.ticks.size).toBe(0);
  expect(frames()).toEqual(['subscribe', 'unsubscribe']);
  listen('c');
  await settled();
  for (const tick of state.ticks) tick(3);
  await settled();
  expect(heard.at(-1)).toBe('c3');
});

test('a function that listens twice hears twice, and stops once at a time', async () => {
  const { shop, state } = connect();
  const listener = vi.fn();
  const stop = shop.onTick(listener);
  shop.onTick(listener);
  await settled();
  for (const tick of state.ticks) tick(1);
  await settled();
  expect(listener).toHaveBeenCalledTimes(2);
  stop();
  stop();
  for (const tick of state.ticks) tick(2);
  await settled();
  expect(listener).toHaveBeenCalledTimes(3);
});

test('every listener of an event that is replayed hears what came before it', async () => {
  const { shop, frames } = connect();
  const heard: string[] = [];
  for (const name of ['a', 'b']) shop.onOrder((value) => heard.push(`${name}: ${value}`));
  await settled();
  expect(heard).toEqual(['a: what came before', 'b: what came before']);
  expect(frames()).toEqual(['subscribe', 'subscribe']);
});

test('a closed port rejects what waits and what follows, and lets the server go', async () => {
  const { shop, near, state } = connect();
  shop.onTick(() => undefined);
  const call = shop.wait();
  await settled();
  near.close();
  await expect(call).rejects.toMatchObject({ code: 'connection-lost' });
  await expect(shop.add(1, 2)).rejects.toMatchObject({ code: 'connection-lost' });
  await settled();
  expect(state.signal?.aborted).toBe(true);
  expect(state.ticks.size).toBe(0);
});

test.each([
  ['bytes that are no frame', new Uint8Array([1, 2, 3, 4, 5, 6])],
  ['a frame of an unknown type', encodeFrame({ type: 'evaluate', code: '1' })],
  ['a call without arguments', encodeFrame({ type: 'call', id: 1, service: 'shop', member: 'add' })],
])('%s close the port', async (_, bytes) => {
  const { near } = connect();
  const closed = vi.fn();
  near.onClose(closed);
  near.send(bytes);
  await settled();
  expect(closed).toHaveBeenCalledOnce();
});

test('an id used twice at a time closes the port', async () => {
  const { near } = connect();
  const closed = vi.fn();
  near.onClose(closed);
  const call = encodeFrame({ type: 'call', id: 5, service: 'shop', member: 'wait', args: [] });
  near.send(call);
  near.send(call);
  await settled();
  expect(closed).toHaveBeenCalledOnce();
});

test('an answer that does not fit the contract is not passed on', async () => {
  const [near, far] = createMemoryPorts();
  const { shop } = createClient(near, contract);
  far.onMessage((bytes) => {
    const { id } = decodeFrame(bytes) as { id: number };
    far.send(encodeFrame({ type: 'result', id, value: 'three' }));
  });
  await expect(shop.add(1, 2)).rejects.toThrow();
});
