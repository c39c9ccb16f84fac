import { writeSync } from 'node:fs';
import type { DeviceName } from '#models/api';
import { DeviceNotes } from '#node/devices/device-notes.ts';
import { guardedProbe } from '../../native-models/runtime/guarded-probe.ts';
import { chooseDevice } from '../../native-models/runtime/providers.ts';
import type { Probe } from '../../native-models/runtime/providers.ts';

// A program that looks for a device on a machine whose WebGPU does what it is told to: die, wait for ever, or work. Started by tests with the
// folder of the notes and what WebGPU does; `kill at work` opens it and dies afterwards. It prints what was chosen, as JSON.
const [folder = '', deed = ''] = process.argv.slice(2);
const guard = new DeviceNotes({ folder, version: '1.0.0' });

const probe: Probe = (device) => {
  if (device === 'webgpu' && deed === 'die') process.abort();
  if (device === 'webgpu' && deed === 'wait') {
    writeSync(1, 'opening\n');
    return new Promise(() => setInterval(() => undefined, 1000));
  }
  if (device === 'webgpu' && deed === 'leave') process.exit(3); // of its own accord, in the middle of it
  if (device !== 'webgpu' && device !== 'cpu') throw new Error(`${device} is not looked for`);
  return Promise.resolve({ backend: 'ffi', isCorrect: true, ms: 1 });
};

const wanted: DeviceName = 'webgpu';
const choice = await chooseDevice(wanted, guardedProbe(guard, probe)).catch((error: Error) => error.message);
if (deed === 'die at work') {
  await guard.begin('webgpu', 'work');
  process.abort();
}
writeSync(1, `${JSON.stringify(choice)}\n`);
