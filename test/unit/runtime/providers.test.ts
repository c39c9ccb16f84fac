import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ModelError } from '../../../native-models/errors.ts';
import { ExternalData } from '../../../native-models/onnx/external-data.ts';
import { GraphBuilder } from '../../../native-models/onnx/graph.ts';
import type { DeviceGuard } from '#models/api';
import { probeDevice, probeModel } from '../../../native-models/runtime/device-probe.ts';
import { guardedProbe } from '../../../native-models/runtime/guarded-probe.ts';
import { availableMemory, checkMemory, estimateMemory } from '../../../native-models/runtime/memory.ts';
import { candidateDevices, chooseDevice, findDevices, tryDevices } from '../../../native-models/runtime/providers.ts';
import type { Device } from '../../../native-models/runtime/session.ts';
import { defaultThreads } from '../../../native-models/runtime/threads.ts';

test('the graph of the self-test is the one that the builder makes', () => {
  const g = new GraphBuilder('device-probe', new ExternalData('none'));
  const product = g.node('/MatMul', 'MatMul', [g.input('a', 'f32', ['n', 'k']), g.input('b', 'f32', ['k', 'm'])]);
  g.nodeInto('/Softmax', 'Softmax', [product], ['y'], { attributes: { axis: { int: -1 } } });
  g.declareOutput('y', 'f32', ['n', 'm']);
  expect(Buffer.from(g.toModel()).toString('base64')).toBe(probeModel);
});

test('the processor passes the self-test', async () => {
  expect(await probeDevice('cpu')).toMatchObject({ isCorrect: true });
  expect(await chooseDevice('cpu')).toMatchObject({ device: 'cpu', refused: [] });
});

test('each platform has its own order of devices, and ends with the processor', () => {
  expect(candidateDevices('win32')).toEqual(['cuda', 'dml', 'webgpu', 'cpu']);
  expect(candidateDevices('darwin')).toEqual(['coreml', 'webgpu', 'cpu']);
  expect(candidateDevices('linux')).toEqual(['cuda', 'webgpu', 'cpu']);
});

const probeWith =
  (results: Partial<Record<Device, { isCorrect?: boolean; ms?: number }>>) =>
  (device: Device): ReturnType<typeof probeDevice> => {
    const result = results[device];
    if (!result) return Promise.reject(new ModelError('device-unavailable', `${device} cannot start: no driver`));
    return Promise.resolve({ backend: 'ffi', isCorrect: true, ms: 1, ...result });
  };

test('auto takes the first device that works', async () => {
  const choice = await chooseDevice('auto', probeWith({ webgpu: {}, cpu: {} }));
  expect(choice.device).toBe('webgpu');
  expect(choice.refused.every(({ reason }) => reason.includes('no driver'))).toBe(true);
});

test.each([
  [{ isCorrect: false }, 'wrong numbers'],
  [{ ms: 500 }, 'slower than the processor'],
])('auto passes over a device with %o and says why', async (webgpu, reason) => {
  const choice = await chooseDevice('auto', probeWith({ webgpu, cpu: {} }));
  expect(choice.device).toBe('cpu');
  expect(choice.refused.find(({ device }) => device === 'webgpu')?.reason).toContain(reason);
});

test('a device that was asked for is never replaced by another', async () => {
  await expect(chooseDevice('cuda', probeWith({ cpu: {} }))).rejects.toMatchObject({
    code: 'device-unavailable',
    data: { refused: [{ device: 'cuda', reason: 'cuda cannot start: no driver' }] },
  });
});

test('the second card of a kind is asked for by its number', async () => {
  const asked: unknown[] = [];
  const probe: typeof probeDevice = (device, index) => {
    asked.push([device, index]);
    return Promise.resolve({ backend: 'ffi', isCorrect: true, ms: 1 });
  };
  expect(await chooseDevice('cuda:1', probe)).toMatchObject({ name: 'cuda:1', device: 'cuda', deviceIndex: 1 });
  expect(await chooseDevice('cuda:0', probe)).toMatchObject({ name: 'cuda', deviceIndex: 0 });
  expect(asked).toEqual([1, 0].map((index) => ['cuda', index]));
});

/** @param cards what those of CUDA do, by number */
const probeCards =
  (cards: readonly ('works' | 'wrong' | 'missing')[], others: Partial<Record<Device, { ms?: number }>> = {}) =>
  (device: Device, index = 0): ReturnType<typeof probeDevice> => {
    if (device !== 'cuda') return probeWith({ cpu: {}, ...others })(device);
    const card = cards[index] ?? 'missing';
    if (card === 'missing') return Promise.reject(new ModelError('device-unavailable', 'no such card'));
    return Promise.resolve({ backend: 'ffi', isCorrect: card === 'works', ms: 1 });
  };

test('every card that passes is found, one that is broken hides none behind it, and kinds are not mixed', async () => {
  expect(await findDevices(probeCards(['works', 'works'], { webgpu: {} }))).toEqual(['cuda', 'cuda:1']);
  expect(await findDevices(probeCards(['works', 'wrong', 'works']))).toEqual(['cuda', 'cuda:2']);
  expect(await findDevices(probeCards(['wrong'], { webgpu: {} }))).toEqual(['webgpu']);
  expect(await findDevices(probeCards([], { webgpu: { ms: 500 } }))).toEqual(['cpu']);
});

test('all devices are tried, with what keeps each from being used, and further cards that work', async () => {
  const tried = await tryDevices(probeCards(['works', 'wrong', 'works'], { webgpu: { ms: 500 } }));
  expect(tried).toEqual([
    { device: 'cuda' },
    { device: 'cuda:2' },
    { device: 'webgpu', reason: 'it is many times slower than the processor' },
    { device: 'cpu' },
  ]);
});

/** Writes down what it is asked, and objects to WebGPU where that is wanted. */
function guardWith(objection?: string) {
  const seen: string[] = [];
  const guard: DeviceGuard = {
    objection: (device) => Promise.resolve(device === 'webgpu' ? objection : undefined),
    begin: (device, use) => {
      seen.push(`${device} ${use}`);
      return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve(void seen.push(`${device} ended`)) });
    },
  };
  return { guard, seen };
}

test('a device that a guard objects to is not touched, its reason is told, and the next one is taken', async () => {
  const { guard } = guardWith('it stopped the program');
  const asked: Device[] = [];
  const probe: typeof probeDevice = (device) => {
    asked.push(device);
    return probeWith({ webgpu: {}, cpu: {} })(device);
  };
  const choice = await chooseDevice('auto', guardedProbe(guard, probe));
  expect(choice.name).toBe('cpu');
  expect(choice.refused).toContainEqual({ device: 'webgpu', reason: 'it stopped the program' });
  expect(asked).not.toContain('webgpu');
  await expect(chooseDevice('webgpu', guardedProbe(guard, probe))).rejects.toMatchObject({
    code: 'device-unavailable',
    message: 'no device can run models (webgpu: it stopped the program)',
  });
});

test('a self-test is noted until it has passed, or has failed politely', async () => {
  const { guard, seen } = guardWith();
  await chooseDevice('webgpu', guardedProbe(guard, probeWith({ webgpu: {} })));
  await chooseDevice('cuda:1', guardedProbe(guard, probeWith({}))).catch(() => undefined);
  expect(seen).toEqual(['webgpu self-test', 'webgpu ended', 'cuda:1 self-test', 'cuda:1 ended']);
});

test('a core is left free unless there are only two', () => {
  expect([1, 2, 3, 8].map(defaultThreads)).toEqual([1, 2, 2, 7]);
});

test('more than the free memory is refused with both numbers', () => {
  expect(availableMemory()).toBeGreaterThan(2 ** 20);
  expect(() => checkMemory('the model', 5 * 2 ** 30, 3 * 2 ** 30)).toThrow(
    expect.objectContaining({
      code: 'out-of-memory',
      message: 'the model needs 5120 MiB and 3072 MiB are free',
      data: { what: 'the model', needed: 5 * 2 ** 30, free: 3 * 2 ** 30 },
    }) as Error,
  );
});

test('the estimate counts packed weights, cache and activations', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'memory-'));
  const file = join(folder, 'weights.data');
  await writeFile(file, new Uint8Array(1000));
  expect(await estimateMemory({ files: [file, file], cacheBytes: 10, activationBytes: 5 })).toBe(2515);
  await rm(folder, { recursive: true });
});
