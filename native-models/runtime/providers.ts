import { ModelError } from '../errors.ts';
import { probeDevice, type ProbeResult } from './device-probe.ts';
import type { Backend, Device } from './session.ts';

/** Which device runs, and why those before it in the order do not. */
export interface DeviceChoice {
  readonly device: Device;
  readonly backend: Backend;
  readonly refused: readonly { readonly device: Device; readonly reason: string }[];
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

type Probe = (device: Device) => Promise<ProbeResult>;

/** The reason for which a device is not used, or undefined. A graphics driver that computes on the processor passes for a
 * device and is correct, but many times slower than the processor itself; `cpuMs` unmasks it. */
async function refusal(
  device: Device,
  probe: Probe,
  cpuMs: () => Promise<number>,
): Promise<{ backend?: Backend; reason?: string }> {
  try {
    const result = await probe(device);
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
export async function chooseDevice(wanted: Device | 'auto', probe: Probe = probeDevice): Promise<DeviceChoice> {
  const refused: { device: Device; reason: string }[] = [];
  const cpuMs = async (): Promise<number> => (wanted === 'auto' ? (await probe('cpu')).ms : Infinity);
  for (const device of wanted === 'auto' ? candidateDevices() : [wanted]) {
    const { backend, reason = '' } = await refusal(device, probe, cpuMs);
    if (backend) return { device, backend, refused };
    refused.push({ device, reason });
  }
  const reasons = refused.map(({ device, reason }) => `${device}: ${reason}`).join('; ');
  throw new ModelError('device-unavailable', `no device can run models (${reasons})`, { refused });
}
