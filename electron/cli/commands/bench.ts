import { runBench } from '#node/models/run-bench.ts';
import type { Services } from '#node/services.ts';
import type { CliCommand } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

type BenchCommand = Extract<CliCommand, { name: 'bench' }>;

/** `editar bench`: how fast a model runs here. @returns the exit code */
export async function bench(
  { request, json }: BenchCommand,
  services: Services,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const result = await runBench(request, services, signal, (what) => terminal.progress(what));
  if (json) terminal.result(JSON.stringify({ type: 'bench', ...result }));
  else for (const line of tableOf(result)) terminal.result(line);
  return exitCodes.done;
}

/** One line per number, named by the path to it. */
export function tableOf(value: object, path = ''): string[] {
  return Object.entries(value).flatMap(([name, entry]: [string, unknown]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (entry === undefined) return [];
    return typeof entry === 'object' && entry !== null ? tableOf(entry, at) : [`${at.padEnd(36)} ${inWords(entry)}`];
  });
}

const inWords = (value: unknown): string =>
  typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(4) : String(value);
