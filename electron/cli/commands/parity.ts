import { runParity } from '#node/parity/run-parity.ts';
import type { ParityOutcome } from '#node/parity/run-parity.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

/** `editar parity`: compares the program with recorded reference results. @returns the exit code */
export async function parity(
  { folder, json }: { readonly folder: string; readonly json: boolean },
  terminal: Terminal,
  signal: AbortSignal,
  outcomes: AsyncIterable<ParityOutcome> = runParity(folder),
): Promise<number> {
  const count = { PASS: 0, FAIL: 0, SKIP: 0 };
  for await (const outcome of outcomes) {
    signal.throwIfAborted();
    count[outcome.status]++;
    terminal.result(json ? JSON.stringify({ type: 'case', ...outcome }) : parityLine(outcome));
  }
  terminal.note(`${count.PASS} passed, ${count.FAIL} failed, ${count.SKIP} skipped`);
  return count.FAIL > 0 ? exitCodes.parityFailed : exitCodes.done;
}

function parityLine(outcome: ParityOutcome): string {
  const { status, name } = outcome;
  return `${status} ${name} ${status === 'PASS' ? roundedError(outcome.maxError) : outcome.reason}`;
}

const roundedError = (error: number): string => (error === 0 ? '0' : error.toPrecision(3));
