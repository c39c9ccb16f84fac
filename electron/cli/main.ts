#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { Cancelled } from '#node/engine/job-queue.ts';
import { exitAtOnce } from '#node/services.ts';
import { exitCodes } from './exit-codes.ts';
import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) void exitAtOnce(exitCodes.cancelled); // asked twice
    stop.abort(new Cancelled());
  });
}
process.stdout.on('error', lostResults);
process.stderr.on('error', () => undefined); // what was to be told is lost, the work is not

const programFolder = fileURLToPath(new URL('..', import.meta.url)); // this file is bundled into out/
const code = await run(process.argv.slice(2), { programFolder }, processTerminal(), stop.signal);
// Sessions are left to the system, which frees their memory faster than they do.
process.stdout.write('', (error) => {
  if (error) lostResults(error);
  void (stop.signal.aborted ? exitAtOnce(code) : process.exit(code));
});

/** Whoever read the results has gone away, so that there is nobody to work for; or they cannot be written. */
function lostResults({ code }: NodeJS.ErrnoException): never {
  if (code === 'EPIPE') process.exit(exitCodes.cancelled);
  process.stderr.write(
    `editar: the results cannot be written to the standard output (${code}): give them another place\n`,
  );
  process.exit(exitCodes.device);
}
