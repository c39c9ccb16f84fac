import { createServices } from '#node/services.ts';
import type { Services, ServicesConfig } from '#node/services.ts';
import { parseArguments } from './arguments.ts';
import type { CliCommand } from './arguments.ts';
import { conditions } from './commands/conditions.ts';
import { batch } from './commands/batch.ts';
import { bench } from './commands/bench.ts';
import { devices } from './commands/devices.ts';
import { edit } from './commands/edit.ts';
import { requestByRecipe } from './commands/edit-by-recipe.ts';
import { evalMaps, evalScenes } from './commands/eval.ts';
import { models } from './commands/models.ts';
import { parity } from './commands/parity.ts';
import { worker } from './commands/worker.ts';
import { exitCodes } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** The command line from arguments to exit code.
 * @param argv what follows the program's name @param signal ends the command early */
export async function run(
  argv: readonly string[],
  config: ServicesConfig,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const services = await createServices(config);
  const parsed = parseArguments(argv, services.program.version);
  if ('help' in parsed) {
    for (const line of parsed.help.trimEnd().split('\n')) terminal.result(line);
    return exitCodes.done;
  }
  if ('mistake' in parsed) {
    const { mistake, json } = parsed;
    if (json) terminal.result(JSON.stringify({ type: 'failed', code: 'usage', message: mistake, data: {} }));
    terminal.note(`editar: ${mistake}`);
    return exitCodes.usage;
  }
  try {
    return await dispatch(parsed.command, services, terminal, signal);
  } catch (error) {
    return reportFailure(error, terminal, parsed.command.json);
  }
}

async function dispatch(
  command: CliCommand,
  services: Services,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  switch (command.name) {
    case 'edit':
      return edit(command, services, terminal, signal);
    case 'edit by recipe':
      return edit({ request: await requestByRecipe(command), json: command.json }, services, terminal, signal);
    case 'conditions':
      return conditions(command, services, terminal, signal);
    case 'batch':
      return batch(command, services, terminal, signal);
    case 'worker':
      return worker(command, services, terminal, signal);
    case 'parity':
      return parity(command, terminal, signal);
    case 'bench':
      return bench(command, services, terminal, signal);
    case 'devices':
      return devices(command, services, terminal);
    case 'eval scenes':
      return evalScenes(command, services, terminal, signal);
    case 'eval maps':
      return evalMaps(command, services, terminal, signal);
    case 'models list':
    case 'models verify':
    case 'models add':
    case 'models remove':
    case 'models build':
      return models(command, services, terminal, signal);
  }
}
