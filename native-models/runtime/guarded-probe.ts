import type { DeviceGuard } from '../api.ts';
import { ModelError } from '../errors.ts';
import { probeDevice } from './device-probe.ts';
import { deviceName } from './providers.ts';
import type { Probe } from './providers.ts';

/** The self-test under the eyes of a guard: a device that it objects to is not touched, and while another is opened and tested, that is noted.
 * @param guard left out: nobody remembers devices that stop the process
 * @returns a probe that throws `device-unavailable` with the guard's objection */
export function guardedProbe(guard: DeviceGuard | undefined, probe: Probe = probeDevice): Probe {
  if (!guard) return probe;
  return async (device, index = 0) => {
    const name = deviceName(device, index);
    const objection = await guard.objection(name);
    if (objection !== undefined) throw new ModelError('device-unavailable', objection, { device: name });
    await using noted = await guard.begin(name, 'self-test');
    return await probe(device, index);
  };
}
