import { constants, setPriority } from 'node:os';
import type { BatchMessage } from '#common/contract/batch.ts';
import { openBatch, previewBatch, readRecipeFile, watchFolder } from '#node/batch/run-batch.ts';
import { whyNot } from '#node/batch/skip-words.ts';
import type { Services } from '#node/services.ts';
import type { BatchCommand } from '../batch-arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import { ToldNotices } from '../told-notices.ts';
import { roughly, seconds } from '../words.ts';

/** `editar batch`: a recipe over a folder. @returns the exit code */
export async function batch(
  command: BatchCommand,
  services: Services,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const { json, dryRun } = command;
  const notices = new ToldNotices(terminal);
  const say = (message: BatchMessage): void => {
    if (json) terminal.result(JSON.stringify(message));
    if (message.type === 'item') notices.tell(message);
    if (message.type === 'finished' || message.type === 'cancelled') notices.end();
    tell(message, terminal, json);
  };
  const wish = { ...command, recipe: await readRecipeFile(command.recipe) };
  if (dryRun) {
    await previewBatch(wish, services, signal, say);
    return exitCodes.done;
  }
  yieldToPeople();
  await using opened = await openBatch(wish, services, signal, say);
  const work = command.watch ? watchFolder(opened, wish, command.settleMs, signal) : opened.run();
  const counts = await work.catch((error: unknown) => {
    if (signal.aborted) return undefined; // it was told, and what was made is written down
    const { in: all, done } = opened.batch.state.counts;
    terminal.note(`editar: stopped with ${done} of ${all} made; give the same command with --resume to go on`);
    throw error;
  });
  if (!counts) return exitCodes.cancelled;
  return counts.failed > 0 ? exitCodes.someItemsFailed : exitCodes.done;
}

/** The machine stays usable: whatever somebody does on it meanwhile comes first. */
function yieldToPeople(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed everywhere, and no reason not to work.
  }
}

function tell(message: BatchMessage, terminal: Terminal, json: boolean): void {
  switch (message.type) {
    case 'planned':
      return terminal.note(message.items === 0 ? nothingFound : `${pictures(message.items)}${left(message.etaMs)}`);
    case 'item':
      return tellItem(message, terminal, json);
    case 'progress':
      if (!json) terminal.progress(progressLine(message));
      return;
    case 'dry-run': {
      const { in: all, make, skipped, failed, etaMs } = message;
      if (all === 0) return terminal.note(nothingFound);
      const time = etaMs === null ? 'how long it takes is not known before a first batch' : roughly(etaMs);
      return terminal.note(`${pictures(all)}: ${make} to make, ${skipped} to skip, ${failed} cannot be made; ${time}`);
    }
    case 'finished': {
      const { in: all, done, skipped, failed, totalMs, csv } = message;
      terminal.note(`${all} in = ${done} done + ${skipped} skipped + ${failed} failed, in ${seconds(totalMs)}`);
      return terminal.note(`What became of each picture: ${csv}`);
    }
    case 'cancelled':
      return terminal.note(
        `editar: cancelled with ${message.done} of ${message.in} made; give the same command with --resume to go on`,
      );
    case 'device-lost': {
      const { device, left: others, failure } = message;
      return terminal.note(
        `${device} is not used any more: ${failure.message} The batch goes on with ${others.join(', ')}.`,
      );
    }
    case 'notice':
      return terminal.note(message.text);
    case 'paused':
    case 'resumed':
      return terminal.note(message.type);
  }
}

function tellItem(item: Extract<BatchMessage, { type: 'item' }>, terminal: Terminal, json: boolean): void {
  const { state, input, output, outputs = [], failure } = item;
  if (state === 'running') return;
  if (failure && state === 'failed') terminal.note(`failed: ${input}: ${failure.message}`);
  if (failure && state === 'waiting') terminal.note(`will be tried again: ${input}`);
  if (json) return;
  if (state === 'done') for (const path of outputs) terminal.result(`${input} → ${path}`);
  if (state === 'waiting' && !failure) terminal.result(`${input} → ${output}`);
  if (state === 'skipped') terminal.result(`${input} skipped: ${whyNot(item) ?? ''}`);
}

const nothingFound = 'no picture was found; --recursive looks into folders too, --include and --exclude choose by name';

const pictures = (count: number): string => (count === 1 ? '1 picture' : `${count} pictures`);
const left = (etaMs: number | null): string => (etaMs === null || etaMs === 0 ? '' : `, ${roughly(etaMs)} left`);

function progressLine(message: Extract<BatchMessage, { type: 'progress' }>): string {
  const { step, of, running, etaMs, tokensPerSecond } = message;
  const cells = running.map((item) => `, picture ${item.index}: ${item.step} of ${item.of} cells`).join('');
  const speed = tokensPerSecond === null ? '' : `, ${tokensPerSecond.toFixed(1)} tokens/s`;
  return `${step} of ${pictures(of)}${cells}${speed}${left(etaMs)}`;
}
