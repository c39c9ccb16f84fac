import { beforeEach, expect, test, vi } from 'vitest';
import { deviceItems } from '../../../renderer/state/device-words.ts';
import { createAppState } from '../../../renderer/state/app-state.ts';
import { FakeHost } from '../fake-host.ts';

const webgpu = { device: 'webgpu', use: 'self-test', times: 1, at: '2026-11-26T12:00:00.000Z' } as const;
const title = 'WebGPU stopped the program when it was last opened (Nov 26, 2026).';

beforeEach(() => localStorage.clear());

function connected() {
  const host = new FakeHost();
  host.leftOut = [webgpu];
  const state = createAppState(host);
  host.connect();
  state.devices.listen();
  return { ...state, host };
}

test('a device that is left out is told of once, however often the page is opened, and again when it has stopped the program again', async () => {
  const { devices, problems } = connected();
  await vi.waitFor(() => expect(problems.list).toMatchObject([{ title, tone: 'notice', stays: true }]));
  expect(devices.leftOut).toEqual([webgpu]);

  const later = connected();
  await vi.waitFor(() => expect(later.devices.leftOut).toHaveLength(1));
  expect(later.problems.list).toEqual([]);

  later.host.leftOut = [{ ...webgpu, device: 'cuda:1', use: 'work', times: 2 }];
  later.devices.listen();
  await vi.waitFor(() =>
    expect(later.problems.list).toMatchObject([
      { title: 'NVIDIA (CUDA), number 2 stopped the program 2 times while it worked, last on Nov 26, 2026.' },
    ]),
  );
});

test('tried again it is left out no more, and that is said', async () => {
  const { host, devices, problems } = connected();
  await vi.waitFor(() => expect(devices.leftOut).toHaveLength(1));
  await devices.tryAgain('webgpu');
  expect([devices.leftOut, host.leftOut]).toEqual([[], []]);
  expect(problems.list).toMatchObject([{ title: 'WebGPU is tried with the next edit.' }]);
});

test('only devices that passed their self-test are offered, and those of another system are not named', async () => {
  const { host, devices } = connected();
  const offered = () => deviceItems(devices.tried, 'auto').map(({ value, ...item }) => [value, 'disabled' in item]);
  expect(offered()).toEqual([
    ['auto', false],
    ['cpu', false],
  ]);
  host.triedDevices = [{ device: 'cuda', reason: 'no driver' }, { device: 'webgpu' }, { device: 'cpu' }];
  devices.find();
  await vi.waitFor(() => expect(devices.tried).toHaveLength(3));
  expect(offered()).toEqual([
    ['auto', false],
    ['cpu', false],
    ['cuda', true],
    ['webgpu', false],
  ]);
  expect(deviceItems(devices.tried, 'cuda')).toContainEqual({
    ...{ value: 'cuda', label: 'NVIDIA (CUDA): does not work here', disabled: false },
  });
});
