import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hostServices } from '#node/rpc/host-services.ts';
import { createServices } from '#node/services.ts';
import { startBrowserHost } from './browser-host.ts';

// node out/server.mjs [--port N] [--folder PATH …] [FILE …]. The first line on stdout is the address, without --port the same as last time if it is free. `EDITAR_TOKEN` keeps the address valid over a
// restart. Batches may use the given folders and those below them; without any, the person's own folder. The first page opens the named files.
const { values, positionals } = parseArgs({
  options: { port: { type: 'string' }, folder: { type: 'string', multiple: true } },
  allowPositionals: true,
});
const programFolder = fileURLToPath(new URL('..', import.meta.url)); // this file is bundled into out/
const usualPort = 21_455; // the same at every start: a browser finds by the address what it kept, such as earlier instructions
const services = await createServices({ programFolder });
const port = portFrom(values.port);
const hosted = {
  ...hostServices(services, values.folder ?? [homedir()]),
  pageFolder: join(programFolder, 'out', 'renderer'),
  token: process.env.EDITAR_TOKEN,
};
for (const file of positionals) hosted.files.grantNamed(resolve(file));
const host = await startBrowserHost({ ...hosted, port: port ?? usualPort }).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
  if (port === undefined) return startBrowserHost(hosted);
  return stop(`port ${port} cannot be used (${error.code}): choose another with --port, or leave it out`);
});
process.stdout.write(`${host.address}\n`);

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => {
    // Sessions are not closed one by one: the system frees their memory faster than they do.
    void Promise.resolve(host[Symbol.asyncDispose]()).finally(() => process.exit(0));
  });
}

function portFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) return stop(`--port ${text} is no port: choose 1024 to 65535`);
  return Number(text);
}

function stop(sentence: string): never {
  process.stderr.write(`editar: ${sentence}\n`);
  process.exit(2);
}
