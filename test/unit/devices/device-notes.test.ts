import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DeviceUse } from '#models/api';
import { DeviceNotes } from '#node/devices/device-notes.ts';
import type { DeviceNotesConfig } from '#node/devices/device-notes.ts';
import { driverIdentity } from '#node/devices/driver-identity.ts';
import { isRunning, ownIdentity } from '#node/processes.ts';
import type { ProcessIdentity } from '#node/processes.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const noon = new Date('2026-11-26T12:00:00Z');

function notesIn(folder: string, more: Partial<DeviceNotesConfig> = {}): DeviceNotes {
  return new DeviceNotes({
    folder,
    version: '1.0.0',
    driver: () => Promise.resolve('driver 1'),
    now: () => noon,
    ...more,
  });
}

/** One that is gone. */
async function deadProcess(): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ['-e', '']);
  const identity = { pid: child.pid!, start: 'long ago' };
  await once(child, 'close');
  return identity;
}

interface Death {
  readonly device?: string;
  readonly use?: DeviceUse;
  readonly at?: string;
}

/** Leaves the notes behind that a process leaves when it is stopped. */
async function die(folder: string, deaths: readonly Death[], of?: ProcessIdentity): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const identity = of ?? (await deadProcess());
  for (const death of deaths) {
    const note = { device: 'webgpu', use: 'self-test', at: noon.toISOString(), program: '1.0.0', driver: 'driver 1' };
    writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify({ ...note, ...death, ...identity }));
  }
}

test('a note says which device is in use, with which driver, by which process, and goes when the use has ended', async () => {
  const folder = join(temporaryFolder(), 'devices');
  const notes = notesIn(folder);
  {
    await using noted = await notes.begin('cuda:1', 'self-test');
    const [name = ''] = readdirSync(folder);
    expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toEqual({
      ...{ device: 'cuda:1', use: 'self-test', at: noon.toISOString(), program: '1.0.0', driver: 'driver 1' },
      ...(await ownIdentity()),
    });
    expect(await notes.leftOut()).toEqual([]); // it is in use, and nobody has died
  }
  expect(readdirSync(folder)).toEqual([]);
});

test('a device whose self-test killed a process is left out, in words that say what to do', async () => {
  const folder = temporaryFolder();
  await die(folder, [{}]);
  const notes = notesIn(folder);
  expect(await notes.leftOut()).toEqual([{ device: 'webgpu', use: 'self-test', times: 1, at: noon.toISOString() }]);
  expect(await notes.objection('webgpu')).toBe(
    'it stopped the program when it was last opened, on 2026-11-26; it is left out until you try it again ' +
      '(Settings, Editing, or: editar devices --try-again webgpu) or its driver changes',
  );
  expect(await notes.objection('cuda')).toBeUndefined();
});

test('tried again it is used again, and others stay left out', async () => {
  const folder = temporaryFolder();
  await die(folder, [{}]);
  await die(folder, [{ device: 'cuda' }]);
  const notes = notesIn(folder);
  await notes.tryAgain('webgpu');
  expect((await notes.leftOut()).map(({ device }) => device)).toEqual(['cuda']);
  expect(await notesIn(folder).objection('webgpu')).toBeUndefined();
});

test.each([
  ['its driver changes', { driver: () => Promise.resolve('driver 2') }],
  ['the program is another version', { version: '1.0.1' }],
])('a device is used again when %s', async (_, later) => {
  const folder = temporaryFolder();
  await die(folder, [{}]);
  expect(await notesIn(folder, later).leftOut()).toEqual([]);
  expect(await notesIn(folder).leftOut()).toHaveLength(1); // and not when all is as it was
});

test('at work one death is forgiven and two within a week are not', async () => {
  const folder = temporaryFolder();
  await die(folder, [{ use: 'work', at: '2026-11-18T12:00:00.000Z' }]);
  await die(folder, [{ use: 'work', at: '2026-11-20T12:00:00.000Z' }]);
  expect(await notesIn(folder).leftOut()).toEqual([]);
  expect(readdirSync(folder)).toHaveLength(1); // what is out of date is cleared away
  await die(folder, [{ use: 'work' }]);
  const notes = notesIn(folder);
  expect(await notes.leftOut()).toMatchObject([{ use: 'work', times: 2, at: noon.toISOString() }]);
  expect(await notes.objection('webgpu')).toContain('stopped the program 2 times at work, last on 2026-11-26');
});

test('where a process died in one device’s self-test, those it worked on are not to blame', async () => {
  const folder = temporaryFolder();
  for (let i = 0; i < 2; i++) await die(folder, [{ device: 'cuda', use: 'work' }, { device: 'cuda:1' }]);
  expect((await notesIn(folder).leftOut()).map(({ device }) => device)).toEqual(['cuda:1']);
});

test('a process that still runs has not been stopped by the device it opens', async () => {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  await die(folder, [{}], { pid: child.pid!, start: '' }); // of a system that does not tell when processes start
  expect(await notesIn(folder).leftOut()).toEqual([]);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(await notesIn(folder).leftOut()).toHaveLength(1);
});

test('a process that was given the number of a dead one is not taken for it', async () => {
  const own = await ownIdentity();
  expect(await isRunning(own)).toBe(true);
  if (own.start === '') return console.warn('skipped: this system does not tell when processes start');
  expect(await isRunning({ ...own, start: `${own.start} earlier` })).toBe(false);
});

test('the processor is never noted: there is nothing to use instead', async () => {
  const folder = join(temporaryFolder(), 'devices');
  await using noted = await notesIn(folder).begin('cpu', 'work');
  expect(() => readdirSync(folder)).toThrow('ENOENT');
});

test('a folder that cannot be written into, and files that are no notes, keep nobody from working', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'half.json'), '{"device": "webg');
  writeFileSync(join(folder, 'other.json'), '[]');
  const blocked = join(folder, 'half.json', 'devices'); // a file where a folder should be
  for (const place of [folder, blocked]) {
    const notes = notesIn(place);
    {
      await using noted = await notes.begin('webgpu', 'self-test');
    }
    expect(await notes.leftOut()).toEqual([]);
    await notes.tryAgain('webgpu');
  }
  chmodSync(folder, 0o500);
  await (await notesIn(folder).begin('webgpu', 'work'))[Symbol.asyncDispose]();
  chmodSync(folder, 0o700);
});

test('drivers are the same from one moment to the next', async () => {
  expect(await driverIdentity()).toMatch(/^[0-9a-f]{16}$/);
  expect(await driverIdentity()).toBe(await driverIdentity());
});
