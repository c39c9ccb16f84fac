import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import type { FileHandle } from '#common/contract/documents.ts';
import { engineContract } from '#common/contract/services.ts';
import type { EngineServices } from '#common/contract/services.ts';
import { projectId } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import { createClient } from '#common/rpc/client.ts';
import { BlobStore } from '#node/blobs/blob-store.ts';
import { readProject } from '#node/projects/project-reader.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kills = 5;

/** Runs the bundled engine in a process that looks to it as Electron's utility process does. */
const asUtilityProcess = `
  const { EventEmitter } = require('node:events');
  const [entry, programFolder] = process.argv.slice(1);
  process.parentPort = new EventEmitter();
  process.argv = ['electron', entry, programFolder];
  let waiting = []; // what arrives before the port is listened to
  const port = Object.assign(new EventEmitter(), {
    postMessage: (message) => process.send(message),
    start: () => {
      for (const data of waiting) port.emit('message', { data });
      waiting = undefined;
    },
    close: () => process.exit(),
  });
  require(entry);
  process.on('message', (data) => {
    if (data.type === 'grant') process.parentPort.emit('message', { data, ports: [] });
    else if (waiting) waiting.push(data);
    else port.emit('message', { data });
  });
  process.parentPort.emit('message', { data: { type: 'connect' }, ports: [port] });
`;

/** The engine as the desktop program runs it, allowed to write one file. */
function startEngine(dataFolder: string, path: string) {
  const engine = spawn(process.execPath, ['-e', asUtilityProcess, join(root, 'out', 'engine.cjs'), root], {
    env: { ...process.env, EDITAR_DATA: dataFolder },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  onTestFinished(() => void engine.kill('SIGKILL'));
  const handle = randomUUID() as FileHandle;
  engine.send({ type: 'grant', handle, path });
  return { engine, handle, services: servicesOf(engine) };
}

function servicesOf(engine: ChildProcess): EngineServices {
  const port = {
    send: (bytes: Uint8Array) => void (engine.connected && engine.send(bytes)),
    close: () => void engine.kill('SIGKILL'),
    onMessage: (listener: (bytes: Uint8Array) => void) =>
      void engine.on('message', (data) => listener(data as Uint8Array)),
    onClose: (listener: () => void) => void engine.once('exit', listener),
  };
  return createClient(port, engineContract);
}

test(`killed ${kills} times while it saves, the file is always a whole project: the last one saved, or the one that was on its way`, async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'work.ora');
  const photo = await sharp({ create: { width: 700, height: 500, channels: 3, background: '#c85' } })
    .png()
    .toBuffer();
  let saved = 0;
  for (let kill = 0; kill < kills; kill++) {
    const { engine, handle, services } = startEngine(join(folder, 'data'), path);
    const opened = await services.documents.open({ blob: await services.blobs.put(photo), name: 'photo.png' });
    const store = new DocumentStore(opened.records);
    const save = async () => {
      store.update(projectId, { name: `save ${saved + 1}` });
      await services.documents.save(opened.document, store.all(), { handle, mayReplace: true });
      saved++;
    };
    await save();
    const saving = (async () => {
      for (;;) await save();
    })().catch(() => undefined); // the engine is gone
    await delay(7 + kill * 23);
    engine.kill('SIGKILL');
    await saving;
    const { records, notices } = await readProject(path, 'work.ora', new BlobStore(join(folder, `elsewhere-${kill}`)));
    expect(notices).toEqual([]);
    const { name } = new DocumentStore(records).require(projectId);
    expect([`save ${saved}`, `save ${saved + 1}`]).toContain(name);
  }
});
