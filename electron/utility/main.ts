import type { MessagePortMain, ParentPort } from 'electron';
import { z } from 'zod';
import { electronPort } from '#common/rpc/electron-port.ts';
import { serveEngine } from '#node/rpc/engine-services.ts';
import { hostServices } from '#node/rpc/host-services.ts';
import { createServices, exitAtOnce } from '#node/services.ts';
import { whenBusy } from './busy.ts';

// The engine process of the desktop program: serves every port it is handed, and hears which files the person chose.
const programFolder = process.argv[2];
if (programFolder === undefined) throw new Error('the engine needs to be told the folder of the program');
const { parentPort } = process as NodeJS.Process & { parentPort: ParentPort };
const reveal = (path: string): void => parentPort.postMessage({ type: 'reveal', path }); // only main knows the file manager
const hosted = createServices({ programFolder }).then((services) => hostServices(services, [], reveal));

process.once('SIGTERM', () => void exitAtOnce(0)); // the program ends: nothing has stopped it

// Only main can keep the machine awake.
const busy = whenBusy((isBusy) => parentPort.postMessage({ type: 'busy', isBusy }));
void hosted.then(({ batches }) => batches.onMessage(busy));

/** What main says besides handing over ports. */
const zWord = z.discriminatedUnion('type', [
  z.object({ type: z.literal('grant'), handle: z.string(), path: z.string() }),
  z.object({ type: z.literal('end') }),
]);

parentPort.on('message', ({ data, ports }) => {
  const word = zWord.safeParse(data).data;
  if (word?.type === 'grant') void hosted.then(({ files }) => files.grant(word.handle, word.path));
  if (word?.type === 'end') void exitAtOnce(0);
  for (const port of ports) void serveWhenReady(port);
});

/** A port keeps what arrives until it is listened to. */
async function serveWhenReady(port: MessagePortMain): Promise<void> {
  serveEngine(electronPort(port), await hosted);
}
