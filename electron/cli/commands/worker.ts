import { workOnQueue } from '#node/batch/run-worker.ts';
import type { Services } from '#node/services.ts';
import type { WorkerCommand } from '../batch-arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

/** `editar worker`: makes items of batches that wait in a queue, until it is stopped. @returns the exit code */
export async function worker(
  { queue, silentMs, device, json }: WorkerCommand,
  services: Services,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  await workOnQueue(services, {
    ...{ address: queue, silentMs, device, signal },
    tell: (text) => terminal.note(text),
    onSettled: ({ item }, failure) => {
      const { input, output } = item;
      const result = failure ? { state: 'failed', failure } : { state: 'done' };
      if (json) terminal.result(JSON.stringify({ type: 'item', input, output, ...result }));
      else terminal.result(failure ? `${input}: ${failure.message}` : `${input} → ${output}`);
    },
  });
  return exitCodes.cancelled;
}
