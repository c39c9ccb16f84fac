import { runConditions } from '#node/maps/run-conditions.ts';
import type { ConditionsOutcome } from '#node/maps/run-conditions.ts';
import { describeFailure } from '#node/engine/failure.ts';
import type { Services } from '#node/services.ts';
import type { CliCommand } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

type ConditionsCommand = Extract<CliCommand, { name: 'conditions' }>;

/** `editar conditions`: condition maps of a picture or of a folder of them. @returns the exit code */
export async function conditions(
  { request, json }: ConditionsCommand,
  { library }: Pick<Services, 'library'>,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  let [made, failed] = [0, 0];
  try {
    for await (const outcome of runConditions(request, library, signal)) {
      if ('error' in outcome) failed++;
      else made++;
      tell(outcome, terminal, json);
    }
  } catch (error) {
    if (made > 0) terminal.note(`editar: stopped with ${made === 1 ? '1 map' : `${made} maps`} made, which are kept`);
    throw error;
  }
  return failed > 0 ? exitCodes.someItemsFailed : exitCodes.done;
}

function tell(outcome: ConditionsOutcome, terminal: Terminal, json: boolean): void {
  const say = (message: object): void => terminal.result(JSON.stringify(message));
  if ('error' in outcome) {
    const failure = describeFailure(outcome.error);
    if (json) say({ type: 'failed', image: outcome.image, ...failure });
    terminal.note(`editar: ${outcome.image}: ${failure.message}`);
    return;
  }
  const { image, files, width, height, madeBy, notices } = outcome;
  const [out, legend] = files;
  for (const notice of notices) terminal.note(`editar: ${image}: ${notice}`);
  const more = { ...(legend !== undefined && { legend }), ...(notices.length > 0 && { notices }) };
  if (json) say({ type: 'finished', image, out, width, height, madeBy, ...more });
  else for (const file of files) terminal.result(file);
}
