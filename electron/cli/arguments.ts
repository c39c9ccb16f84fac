import { Argument, Command, CommanderError, Option } from 'commander';
import { precisions } from '#models/api';
import { addBench } from './bench-arguments.ts';
import type { BenchCommand } from './bench-arguments.ts';
import { addDevices } from './devices-arguments.ts';
import type { DevicesCommand } from './devices-arguments.ts';
import { addEdit } from './edit-arguments.ts';
import type { EditByRecipeCommand, EditCommand } from './edit-arguments.ts';
import { addConditions } from './conditions-arguments.ts';
import type { ConditionsCommand } from './conditions-arguments.ts';
import { addEval } from './eval-arguments.ts';
import type { EvalMapsCommand, EvalScenesCommand } from './eval-arguments.ts';
import { asked, mistakeOf, refuseEmptyNames } from './usage.ts';
import { addBatch, addWorker } from './batch-arguments.ts';
import type { BatchCommand, WorkerCommand } from './batch-arguments.ts';

export interface BuildCommand {
  readonly name: 'models build';
  readonly family: 'editar';
  readonly gpt: string;
  readonly vq: string;
  readonly t5: string;
  readonly precision: (typeof precisions)[number];
  readonly out: string;
  readonly id?: string;
  readonly title?: string;
  readonly config?: string;
  readonly link: boolean;
}

/** What the command line asks for. */
export type CliCommand = (
  | EditCommand
  | EditByRecipeCommand
  | BatchCommand
  | WorkerCommand
  | BuildCommand
  | { readonly name: 'models list' }
  | { readonly name: 'models verify'; readonly models: readonly string[] } // none: all
  | { readonly name: 'models add'; readonly source: string } // folder or address
  | { readonly name: 'models remove'; readonly id: string }
  | Omit<ConditionsCommand, 'json'>
  | Omit<BenchCommand, 'json'>
  | { readonly name: 'parity'; readonly folder: string }
  | EvalScenesCommand
  | EvalMapsCommand
  | DevicesCommand
) & { readonly json: boolean };

/** Arguments that name no command: a mistake, or a question that was answered. */
export type ParsedArguments =
  { readonly command: CliCommand } | { readonly help: string } | { readonly mistake: string; readonly json: boolean };

type BuildFlags = Omit<BuildCommand, 'name' | 'link'> & { readonly link?: boolean; readonly json?: boolean };
interface JsonFlag {
  readonly json?: boolean;
}

/** Reads the arguments after the program's name. */
export function parseArguments(argv: readonly string[], version: string): ParsedArguments {
  let command: CliCommand | undefined;
  let output = '';
  const program = createProgram(
    version,
    (found) => (command = found),
    (text) => (output += text),
  );
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { help: output };
    return { mistake: mistakeOf(error, output, asked(program, argv)), json: argv.includes('--json') };
  }
  return command ? { command } : { help: output };
}

const exitCodesHelp = `
Exit codes: 0 done, 2 wrong usage, 3 input unreadable, 4 model missing or
invalid, 5 device, memory or disk, 6 some pictures failed, 130 cancelled.
1 is a difference found by parity, or a bug.`;

function createProgram(version: string, found: (command: CliCommand) => void, write: (text: string) => void): Command {
  const program = new Command('editar')
    .description('Edits pictures by instruction, on this machine.')
    .version(version)
    .exitOverride()
    .hook('preAction', (_, command) => refuseEmptyNames(command))
    .configureOutput({ writeOut: write, writeErr: write });
  addEdit(program, found);
  addConditions(program, found);
  addBatch(program, found);
  addWorker(program, found);
  addModels(program, found);
  addDevices(program, found);
  addParity(program, found);
  addBench(program, found);
  addEval(program, found);
  program.addHelpText('after', exitCodesHelp);
  return program;
}

type Found = (command: CliCommand) => void;

function addModels(program: Command, found: Found): void {
  const models = program.command('models').description('Installed models.').exitOverride();
  const json = (command: Command): Command => command.option('--json', 'one JSON object per line on stdout');
  json(models.command('list').description('List installed models.')).action((flags: JsonFlag) => {
    found({ name: 'models list', json: flags.json ?? false });
  });
  json(models.command('verify').description('Compare every file of models with its hash.'))
    .addArgument(new Argument('[models...]', 'ids or folders (default: all installed)'))
    .action((names: string[], flags: JsonFlag) => {
      found({ name: 'models verify', models: names, json: flags.json ?? false });
    });
  json(models.command('add').description('Install a model from a folder or an address.'))
    .argument('<folder or url>', 'folder with pack.json, or its address')
    .action((source: string, flags: JsonFlag) => {
      found({ name: 'models add', source, json: flags.json ?? false });
    });
  json(models.command('remove').description('Delete an installed model.'))
    .argument('<id>', 'as editar models list shows it')
    .action((id: string, flags: JsonFlag) => {
      found({ name: 'models remove', id, json: flags.json ?? false });
    });
  addBuild(models.command('build').description('Make a model from published checkpoints.'), found);
}

function addBuild(build: Command, found: Found): void {
  build
    .addOption(new Option('--family <family>', 'kind of model').choices(['editar']).default('editar'))
    .requiredOption('--gpt <file or url>', 'transformer checkpoint')
    .requiredOption('--vq <file or url>', 'image tokenizer checkpoint')
    .requiredOption('--t5 <dir or url>', 'folder of the text encoder and its tokenizer')
    .addOption(new Option('--precision <precision>', 'of the weights').choices(precisions).default('int4'))
    .requiredOption('-o, --out <dir>', 'folder to write the model into')
    .option('--id <id>', 'short name (default: from the folder)')
    .option('--title <title>', 'name for people')
    .option('--config <file>', 'numbers that the checkpoints do not tell')
    .option('--link', 'use fp32 weights where they lie instead of copying them')
    .option('--json', 'one JSON object per line on stdout')
    .action(({ json, link, ...flags }: BuildFlags) => {
      found({ name: 'models build', ...flags, link: link ?? false, json: json ?? false });
    });
}

function addParity(program: Command, found: Found): void {
  program
    .command('parity')
    .description('Compare the program with recorded reference results.')
    .argument('<folder>', 'a case (folder with manifest.json) or a folder of cases')
    .option('--json', 'one JSON object per line on stdout')
    .action((folder: string, flags: JsonFlag) => {
      found({ name: 'parity', folder, json: flags.json ?? false });
    });
}
