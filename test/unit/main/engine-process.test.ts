import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { zEditOrder } from '#common/contract/edit-order.ts';
import type { EditOrder, EngineMessage } from '#common/contract/edit-order.ts';
import { engineContract } from '#common/contract/services.ts';
import type { EngineImplementations, EngineServices } from '#common/contract/services.ts';
import { electronPort } from '#common/rpc/electron-port.ts';
import { serve } from '#common/rpc/server.ts';
import { startApp } from '../../../electron/main/start-app.ts';
import { EngineLink } from '../../../renderer/host/engine-link.ts';
import { app, fake, ipcMain, resetFake } from '../../fakes/electron.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

// Main, its engine process and the page's end of the ports between them, over the real protocol. What the page makes of a lost engine
// is in test/renderer/state/jobs.test.ts.

beforeEach(() => resetFake(temporaryFolder()));

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A window whose page is connected. @returns what the page hears of its engine, in order */
async function startWithPage() {
  startApp();
  app.becomeReady();
  await turn();
  const { webContents } = fake.windows[0];
  const link = new EngineLink();
  const heard: (EngineServices | undefined)[] = [];
  link.onEngine((services) => heard.push(services));
  let taken = 0;
  /** As the preload script hands ports over. */
  const takePorts = (): void => {
    const sent = webContents.sent.filter(({ channel }) => channel === 'engine-port');
    for (const { ports } of sent.slice(taken)) link.use(electronPort(ports[0]));
    taken = sent.length;
  };
  ipcMain.emit('page-ready', { sender: webContents, senderFrame: { url: 'app://editar/index.html', parent: null } });
  takePorts();
  return { heard, takePorts };
}

/** Lets the newest engine process take edits, whose model opens for ever; nothing else is answered. */
function serveOpening(): void {
  const listeners = new Set<(message: EngineMessage) => void>();
  const never = () => new Promise<never>(() => undefined);
  const implementations = {
    models: { samples: never },
    engine: {
      edit: () => {
        for (const listener of listeners) listener({ job: 'job-1', message: { type: 'queued' } });
        return 'job-1';
      },
      onMessage: (listener: (message: EngineMessage) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
  // No more of an engine is asked for here.
  serve(
    electronPort(fake.processes.at(-1)!.ports[0]),
    engineContract,
    implementations as unknown as EngineImplementations,
  );
}

/** As the system ends a process: its ports close, then main hears of it. */
async function kill(): Promise<void> {
  const child = fake.processes.at(-1)!;
  for (const port of child.ports) port.close();
  child.emit('exit', 137);
  await turn();
}

const order: EditOrder = zEditOrder.parse({
  picture: { blob: 'b'.repeat(64), name: 'a.png' },
  instruction: 'make it night',
});

test('an engine killed while it opens a model ends the page’s calls, and the page is given the next one', async () => {
  const { heard, takePorts } = await startWithPage();
  serveOpening();
  const [first] = heard;
  const said: EngineMessage[] = [];
  first!.engine.onMessage((message) => said.push(message));
  expect(await first!.engine.edit(order)).toBe('job-1');
  const waiting = expect(first!.models.samples()).rejects.toMatchObject({ code: 'connection-lost' });
  await kill();
  await waiting;
  await expect(first!.engine.edit(order)).rejects.toMatchObject({ code: 'connection-lost' });
  expect(said).toEqual([{ job: 'job-1', message: { type: 'queued' } }]); // nothing pretends that it goes on
  expect(fake.processes).toHaveLength(2);
  takePorts();
  expect(heard.map((services) => services !== undefined)).toEqual([true, false, true]);
  serveOpening();
  expect(await heard[2]!.engine.edit(order)).toBe('job-1');
});

test('one that is killed again and again is given rests, each twice as long up to ten minutes, and the page waits', async () => {
  const { heard, takePorts } = await startWithPage();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  for (const started of [2, 3, 4]) {
    await kill();
    takePorts();
    expect(fake.processes).toHaveLength(started);
  }
  for (const restMs of [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]) {
    const before = fake.processes.length;
    await kill();
    while (heard.at(-1)) await turn(); // its port is closing
    vi.advanceTimersByTime(restMs - 1);
    expect(fake.processes).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(fake.processes).toHaveLength(before + 1);
    takePorts();
  }
  vi.advanceTimersByTime(60_000); // this one lives
  const before = fake.processes.length;
  await kill();
  expect(fake.processes).toHaveLength(before + 1);
});
