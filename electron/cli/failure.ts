import { describeFailure } from '#node/engine/failure.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Tells what went wrong: a sentence for people, and with `json` a line for programs. @returns the exit code */
export function reportFailure(error: unknown, terminal: Terminal, json: boolean): number {
  const failure = describeFailure(error);
  if (failure.code === 'cancelled') {
    if (json) terminal.result(JSON.stringify({ type: 'cancelled' }));
    terminal.note('editar: cancelled');
  } else {
    if (json) terminal.result(JSON.stringify({ type: 'failed', ...failure }));
    terminal.note(`editar: ${failure.message}`);
  }
  return exitCodeOf(failure.code);
}
