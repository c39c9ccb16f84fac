import { expect, test } from 'vitest';
import { canny } from '../../../native-models/maps.ts';
import { EdgeDesk } from '../../../renderer/maps/edge-desk.ts';
import type { FromMapWorker, ToMapWorker } from '../../../renderer/maps/map-protocol.ts';
import { MapWorker } from '../../../renderer/maps/map-worker.ts';
import type { MapWorkerPort } from '../../../renderer/maps/map-worker.ts';

class FakePort implements MapWorkerPort {
  onmessage: ((event: MessageEvent<FromMapWorker>) => void) | null = null;
  readonly asked: ToMapWorker[] = [];
  isTerminated = false;
  postMessage = (message: ToMapWorker): void => void this.asked.push(message);
  terminate = (): void => void (this.isTerminated = true);
  answer = (data: FromMapWorker): void => this.onmessage?.({ data } as MessageEvent<FromMapWorker>);
}

const picture = { width: 8, height: 6, data: Uint8Array.from({ length: 144 }, (_, i) => (i * 37) % 256) };
const at = (low: number) => ({ low, high: 200 });

test('the desk finds what the detector finds, whatever order thresholds and detectors come in', () => {
  const desk = new EdgeDesk();
  expect(desk.edges('opencv', at(1))).toBeUndefined();
  desk.setPicture(picture);
  for (const detector of ['opencv', 'editar', 'opencv'] as const)
    for (const low of [10, 90]) expect(desk.edges(detector, at(low))).toEqual(canny(picture, detector, at(low)));
});

test('while edges are found only the newest question waits; those before it come back empty', async () => {
  const port = new FakePort();
  const worker = new MapWorker(() => port);
  worker.setPicture(picture);
  const answers = [1, 2, 3].map((low) => worker.edges('opencv', at(low)));
  const edges = () => port.asked.filter(({ type }) => type === 'edges');
  expect(edges()).toHaveLength(1);
  port.answer({ type: 'edges', id: 1, data: Uint8Array.of(1) });
  expect(await answers[0]).toEqual(Uint8Array.of(1));
  expect(await answers[1]).toBeUndefined();
  await expect.poll(() => edges()).toHaveLength(2);
  expect(edges()[1]).toMatchObject({ thresholds: at(3) });
  port.answer({ type: 'edges', id: 2, data: Uint8Array.of(3) });
  expect(await answers[2]).toEqual(Uint8Array.of(3));
});

test('a failure in the worker reaches who asked, and the next question is answered', async () => {
  const port = new FakePort();
  const worker = new MapWorker(() => port);
  const first = worker.edges('opencv', at(1));
  port.answer({ type: 'failed', id: 1, reason: 'no memory' });
  await expect(first).rejects.toThrow('no memory');
  await Promise.resolve(); // the worker is free again after whoever asked was told
  void worker.edges('opencv', at(2));
  await expect.poll(() => port.asked.length).toBe(2);
  worker.dispose();
  expect(port.isTerminated).toBe(true);
});
