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
// Whoever read the results has gone away: there is nobody to work for.
process.stdout.on('error', () => process.exit(exitCodes.cancelled));

const programFolder = fileURLToPath(new URL('..', import.meta.url)); // this file is bundled into out/
const code = await run(process.argv.slice(2), { programFolder }, processTerminal(), stop.signal);
// Sessions are left to the system, which frees their memory faster than they do.
process.stdout.write('', () => void (stop.signal.aborted ? exitAtOnce(code) : process.exit(code)));
