import type { MessagePortMain, ParentPort } from 'electron';
import { z } from 'zod';
import { electronPort } from '#common/rpc/electron-port.ts';
import { serveEngine } from '#node/rpc/engine-services.ts';
import { hostServices } from '#node/rpc/host-services.ts';
import { createServices, exitAtOnce } from '#node/services.ts';

// The engine process of the desktop program: serves every port it is handed, and hears which files the person chose.
const programFolder = process.argv[2];
if (programFolder === undefined) throw new Error('the engine needs to be told the folder of the program');
const { parentPort } = process as NodeJS.Process & { parentPort: ParentPort };
const reveal = (path: string): void => parentPort.postMessage({ type: 'reveal', path }); // only main knows the file manager
const hosted = createServices({ programFolder }).then((services) => hostServices(services, [], reveal));

process.once('SIGTERM', () => void exitAtOnce(0)); // the program ends: nothing has stopped it

/** What main says besides handing over ports. */
const zGrant = z.object({ type: z.literal('grant'), handle: z.string(), path: z.string() });

parentPort.on('message', ({ data, ports }) => {
  const grant = zGrant.safeParse(data).data;
  if (grant) void hosted.then(({ files }) => files.grant(grant.handle, grant.path));
  for (const port of ports) void serveWhenReady(port);
});

/** A port keeps what arrives until it is listened to. */
async function serveWhenReady(port: MessagePortMain): Promise<void> {
  serveEngine(electronPort(port), await hosted);
}
