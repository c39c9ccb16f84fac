import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { engineContract } from '#common/contract/services.ts';
import { createClient } from '#common/rpc/client.ts';
import { electronPort } from '#common/rpc/electron-port.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the bundled engine in a worker that looks to it as Electron's utility process does. */
const asUtilityProcess = `
  const { EventEmitter } = require('node:events');
  const { parentPort, workerData } = require('node:worker_threads');
  process.parentPort = new EventEmitter();
  process.argv = ['electron', workerData.entry, workerData.programFolder];
  parentPort.on('message', ({ port }) => {
    const asElectron = Object.assign(new EventEmitter(), {
      postMessage: (message) => port.postMessage(message),
      start: () => port.on('message', (data) => asElectron.emit('message', { data })),
      close: () => port.close(),
    });
    port.on('close', () => asElectron.emit('close'));
    process.parentPort.emit('message', { data: { type: 'connect' }, ports: [asElectron] });
  });
  require(workerData.entry);
`;

test('the bundled engine serves the port it is handed, and its end closes it', async () => {
  const entry = join(root, 'out', 'engine.cjs');
  const worker = new Worker(asUtilityProcess, {
    eval: true,
    workerData: { entry, programFolder: root },
    env: { ...process.env, EDITAR_DATA: temporaryFolder() },
  });
  onTestFinished(async () => void (await worker.terminate()));
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ port: port2 }, [port2]);
  const port = electronPort({
    postMessage: (message) => port1.postMessage(message),
    start: () => port1.start(),
    close: () => port1.close(),
    on: (_, listener) => port1.on('message', (data: unknown) => listener({ data })),
    once: (name, listener) => port1.once(name, listener),
  });
  const { program, blobs } = createClient(port, engineContract);
  expect(await program.about()).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string });
  const blob = await blobs.put(new Uint8Array([1, 2, 3]));
  expect([...(await blobs.get(blob))]).toEqual([1, 2, 3]);

  const waiting = blobs.get('0'.repeat(64));
  await expect(waiting).rejects.toMatchObject({ code: 'blob-missing' });
  await worker.terminate();
  await expect(program.about()).rejects.toMatchObject({ code: 'connection-lost' });
});

test('the bundled engine ends when main says so, also before it is ready, and takes no other word for that', () => {
  const entry = join(root, 'out', 'engine.cjs');
  const asMain = `
    process.parentPort = Object.assign(new (require('node:events'))(), { postMessage: () => undefined });
    process.argv = ['electron', process.env.ENTRY, process.env.PROGRAM];
    require(process.env.ENTRY);
    const say = (data) => process.parentPort.emit('message', { data, ports: [] });
    for (const word of [null, 'end', { type: 'stop' }, { type: 'grant', handle: 7 }]) say(word);
    setImmediate(() => {
      process.stdout.write('still here');
      say({ type: 'end' });
    });
    setTimeout(() => process.exit(7), 30_000);
  `;
  const env = { ...process.env, ENTRY: entry, PROGRAM: root, EDITAR_DATA: temporaryFolder() };
  const { status, stdout } = spawnSync(process.execPath, ['-e', asMain], { env, encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, 'still here']);
});
