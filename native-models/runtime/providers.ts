import type { DeviceName, ModelDevice } from '../api.ts';
import { ModelError } from '../errors.ts';
import { probeDevice, type ProbeResult } from './device-probe.ts';
import type { Backend, Device } from './session.ts';

/** Which device runs, and why those before it in the order do not. */
export interface DeviceChoice {
  readonly name: DeviceName;
  readonly device: Device;
  readonly deviceIndex: number; // which of several of its kind
  readonly backend: Backend;
  readonly refused: readonly { readonly device: DeviceName; readonly reason: string }[];
}

const platforms: Readonly<Partial<Record<Device, readonly NodeJS.Platform[]>>> = {
  cuda: ['linux', 'win32'],
  dml: ['win32'],
  coreml: ['darwin'],
};

const order: readonly Device[] = ['cuda', 'dml', 'coreml', 'webgpu', 'cpu'];

/** Devices worth trying on a platform, fastest first. */
export const candidateDevices = (platform: NodeJS.Platform = process.platform): Device[] =>
  order.filter((device) => platforms[device]?.includes(platform) ?? true);

/** Tries a device. Throws ModelError where it does not start. */
export type Probe = (device: Device, index?: number) => Promise<ProbeResult>;

const numbered: readonly Device[] = ['cuda', 'dml'];
const maxCards = 16; // of one kind that are looked for

/** How people name it: `cuda`, or `cuda:1` for the second. */
export const deviceName = (device: Device, index: number): DeviceName =>
  index > 0 ? `${device as 'cuda' | 'dml'}:${index}` : device;

function parseName(name: DeviceName): { device: Device; index: number } {
  const [device, index = '0'] = name.split(':');
  return { device: device as Device, index: Number(index) };
}

/** The reason for which a device is not used, or undefined. A graphics driver that computes on the processor passes for a
 * device and is correct, but many times slower than the processor itself; `cpuMs` unmasks it. */
async function refusal(
  name: DeviceName,
  probe: Probe,
  cpuMs: () => Promise<number>,
): Promise<{ backend?: Backend; reason?: string }> {
  const { device, index } = parseName(name);
  try {
    const result = await probe(device, index);
    if (!result.isCorrect) return { reason: 'its self-test gives wrong numbers' };
    if (device !== 'cpu' && result.ms > 20 * (await cpuMs()))
      return { reason: 'it is many times slower than the processor' };
    return { backend: result.backend };
  } catch (error) {
    if (error instanceof ModelError) return { reason: error.message };
    throw error;
  }
}

/** Picks the device to run on: with `auto` the first that starts, computes a tiny graph correctly and is not slower than the
 * processor; with a device, that one or none, since nothing falls back unasked.
 * Throws `device-unavailable` {refused} with each reason in words. */
export async function chooseDevice(wanted: ModelDevice, probe: Probe = probeDevice): Promise<DeviceChoice> {
  const refused: { device: DeviceName; reason: string }[] = [];
  const cpuMs = async (): Promise<number> => (wanted === 'auto' ? (await probe('cpu')).ms : Infinity);
  for (const asked of wanted === 'auto' ? candidateDevices() : [wanted]) {
    const { device, index } = parseName(asked);
    const name = deviceName(device, index);
    const { backend, reason = '' } = await refusal(name, probe, cpuMs);
    if (backend) return { name, device, deviceIndex: index, backend, refused };
    refused.push({ device: name, reason });
  }
  const reasons = refused.map(({ device, reason }) => `${device}: ${reason}`).join('; ');
  throw new ModelError('device-unavailable', `no device can run models (${reasons})`, { refused });
}

/** A device that was tried. */
export interface TriedDevice {
  readonly device: DeviceName;
  readonly reason?: string; // why it is not used; left out: it passed
}

/** Every graphics card that passes its self-test, of the fastest kind that has any, else the processor. Kinds are not mixed: the same
 * card may answer to several. */
export async function findDevices(probe: Probe = probeDevice): Promise<DeviceName[]> {
  const cpuMs = timeOfProcessor(probe);
  for (const kind of candidateDevices()) {
    if (kind === 'cpu') break;
    const passed = (await cardsOf(kind, probe, cpuMs)).filter(({ reason }) => reason === undefined);
    if (passed.length > 0) return passed.map(({ device }) => device);
  }
  return ['cpu'];
}

/** The first device of every kind with what came of trying it, and further ones that passed. */
export async function tryDevices(probe: Probe = probeDevice): Promise<TriedDevice[]> {
  const cpuMs = timeOfProcessor(probe);
  const tried: TriedDevice[] = [];
  for (const kind of candidateDevices()) tried.push(...(await cardsOf(kind, probe, cpuMs)));
  return tried.filter(({ device, reason }) => reason === undefined || !device.includes(':'));
}

function timeOfProcessor(probe: Probe): () => Promise<number> {
  let cpu: Promise<ProbeResult> | undefined;
  return async () => (await (cpu ??= probe('cpu'))).ms;
}

/** Cards of a kind. A number that does not pass, twice in a row, is taken for the end: one broken card hides none behind it. */
async function cardsOf(kind: Device, probe: Probe, cpuMs: () => Promise<number>): Promise<TriedDevice[]> {
  const tried: TriedDevice[] = [];
  let refusedInRow = 0;
  for (let index = 0; index < (numbered.includes(kind) ? maxCards : 1) && refusedInRow < 2; index++) {
    const device = deviceName(kind, index);
    const { backend, reason } = await refusal(device, probe, cpuMs);
    tried.push({ device, ...(!backend && { reason }) });
    refusedInRow = backend ? 0 : refusedInRow + 1;
  }
  return tried;
}
