import type { Device } from './session.ts';

/** Devices whose sessions share one context that may be used by one thread at a time. */
const takesTurns: ReadonlySet<Device> = new Set(['webgpu']);

const last = new Map<Device, Promise<unknown>>();

/** Does work on a device, after all earlier work where its sessions must take turns: opening eight WebGPU sessions at once has
 * crashed the process inside a graphics driver. Resolves and rejects as the work does; work must not wait for other work of the device. */
export function inTurn<T>(device: Device, work: () => Promise<T>): Promise<T> {
  if (!takesTurns.has(device)) return work();
  const before = last.get(device) ?? Promise.resolve();
  const done = before.then(work);
  last.set(
    device,
    done.catch(() => undefined),
  );
  return done;
}
