import type { DeviceLost } from '#common/contract/batch.ts';
import type { DeviceName, EditRequest } from '#common/contract/edit-request.ts';
import { ModelError } from '#models';
import { describeFailure } from '../engine/failure.ts';
import type { Failure } from '../engine/failure.ts';
import type { Engine } from '../engine/engine.ts';
import type { Services } from '../services.ts';

/** An engine that makes pictures of a batch, and the device it is to use. */
export interface Lane {
  readonly engine: Pick<Engine, 'inTurn'>;
  readonly device: EditRequest['device'];
}

/** Lanes that a batch is made in. */
export interface Lanes extends AsyncDisposable {
  readonly lanes: readonly Lane[];
  readonly lost: readonly DeviceLost[]; // devices that cannot take part
}

export interface LaneServices extends Pick<Services, 'engine' | 'anotherEngine'> {
  readonly devices: Pick<Services['devices'], 'find' | 'memoryOf' | 'free'>;
}

/** The program's own engine alone. */
export const oneLane = ({ engine }: Pick<Services, 'engine'>, device: Lane['device'] = 'auto'): Lanes => ({
  lanes: [{ engine, device }],
  lost: [],
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

/** A lane for each device, the first of them in the program's own engine, so that edits of the open picture take turns with the batch.
 * Devices for whose model there is no memory beside the others are left out.
 * @param wanted none: every graphics card that passes its self-test, else the processor @param pack folder
 * @throws ModelError `pack-invalid`, `device-unavailable` */
export async function openLanes(wanted: readonly DeviceName[], pack: string, services: LaneServices): Promise<Lanes> {
  const found = wanted.length > 0 ? wanted : await services.devices.find();
  if (wanted.length === 0 && found.length < 2) return oneLane(services);
  const { fitting, lost } = await fit(found, pack, services.devices); // those that were asked for are tried by it, before anything is made
  const [first = 'cpu'] = fitting;
  const others = fitting.slice(1).map((device) => ({ device, engine: services.anotherEngine() }));
  return {
    lanes: [{ engine: services.engine, device: first }, ...others],
    lost,
    [Symbol.asyncDispose]: async () => {
      for (const { engine } of others) await engine[Symbol.asyncDispose]();
    },
  };
}

/** Devices whose models have room in the machine's memory together. Those of graphics cards pass through it only while they are opened,
 * one after the other; whether a card has room itself is known when it is tried. */
async function fit(
  devices: readonly DeviceName[],
  pack: string,
  { memoryOf, free }: LaneServices['devices'],
): Promise<{ fitting: DeviceName[]; lost: Lanes['lost'] }> {
  const room = free();
  const fitting: DeviceName[] = [];
  const lost: { device: DeviceName; failure: Failure }[] = [];
  let [kept, passing] = [0, 0]; // bytes
  for (const device of devices) {
    const needed = await memoryOf(pack, device);
    const [nowKept, nowPassing] = device === 'cpu' ? [kept + needed, passing] : [kept, Math.max(passing, needed)];
    if (fitting.length > 0 && nowKept + nowPassing > room) {
      lost.push({ device, failure: describeFailure(noRoom(device, nowKept + nowPassing, room)) });
      continue;
    }
    [kept, passing] = [nowKept, nowPassing];
    fitting.push(device);
  }
  return { fitting, lost: lost.map((device) => ({ type: 'device-lost', ...device, left: fitting })) };
}

const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

function noRoom(device: DeviceName, needed: number, free: number): ModelError {
  const message = `another model on ${device} needs ${mib(needed)} with the others, and ${mib(free)} are free`;
  return new ModelError('out-of-memory', message, { needed, free });
}
