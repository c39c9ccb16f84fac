import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BlobStore } from '#node/blobs/blob-store.ts';
import { userDataFolder } from '#node/models/user-data.ts';
import { createServices } from '#node/services.ts';
import { startBrowserHost } from './browser-host.ts';

// node out/server.mjs [--port N]. The first line on stdout is the address. `EDITAR_TOKEN` keeps the address valid over a restart.
const { values } = parseArgs({ options: { port: { type: 'string' } } });
const programFolder = fileURLToPath(new URL('..', import.meta.url)); // this file is bundled into out/
const services = await createServices({ programFolder });
const host = await startBrowserHost({
  services,
  blobs: new BlobStore(join(userDataFolder(), 'blobs')),
  pageFolder: join(programFolder, 'out', 'renderer'),
  port: values.port === undefined ? undefined : Number(values.port),
  token: process.env.EDITAR_TOKEN,
});
process.stdout.write(`${host.address}\n`);

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => {
    // Sessions are not closed one by one: the system frees their memory faster than they do.
    void Promise.resolve(host[Symbol.asyncDispose]()).finally(() => process.exit(0));
  });
}
