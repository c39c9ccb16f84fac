import { setTimeout } from 'node:timers/promises';
import type { JobMessage } from '#common/contract/job-message.ts';
import type { Services } from '#node/services.ts';
import type { CliCommand } from '../arguments.ts';
import { exitCodes, exitCodeOf } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import { seconds } from '../words.ts';

type EditCommand = Pick<Extract<CliCommand, { name: 'edit' }>, 'request' | 'json'>;

/** What a cancelled job gets to finish a file it is writing. */
const unwindMs = 50;

/** `editar edit`: one picture. @returns the exit code */
export async function edit(
  { request, json }: EditCommand,
  { engine }: Services,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const last = await new Promise<JobMessage>((resolve) => {
    const job = engine.edit(request, (message) => {
      if (json) terminal.result(JSON.stringify(message));
      tell(message, terminal, json);
      if (isLast(message)) resolve(message);
    });
    signal.addEventListener('abort', () => engine.cancel(job), { once: true });
  });
  if (last.type === 'cancelled') {
    await Promise.race([engine.whenIdle(), setTimeout(unwindMs)]);
    return exitCodes.cancelled;
  }
  return last.type === 'failed' ? exitCodeOf(last.code) : exitCodes.done;
}

const isLast = ({ type }: JobMessage): boolean => type === 'finished' || type === 'cancelled' || type === 'failed';

function tell(message: JobMessage, terminal: Terminal, json: boolean): void {
  switch (message.type) {
    case 'progress':
      if (!json) terminal.progress(progressLine(message));
      return;
    case 'finished':
      for (const notice of message.notices ?? []) terminal.note(notice);
      if (!json) tellFinished(message, terminal);
      return;
    case 'failed':
      terminal.note(`editar: ${message.message}`);
      return;
    case 'cancelled':
      terminal.note('editar: cancelled, nothing was written');
      return;
    case 'queued':
    case 'preview':
  }
}

function progressLine({ step, of, etaMs }: Extract<JobMessage, { type: 'progress' }>): string {
  const left = etaMs === null || step === of ? '' : `, ${seconds(etaMs)} left`;
  return `${step} of ${of} cells${left}`;
}

function tellFinished(message: Extract<JobMessage, { type: 'finished' }>, terminal: Terminal): void {
  const { out, further = [], width, height, seed, timings } = message;
  for (const picture of [{ out }, ...further]) terminal.result(picture.out);
  terminal.note(`${width} × ${height} pixels, seed ${seed}, ${seconds(timings.totalMs)}`);
}
