import { Argument, Command, CommanderError, Option } from 'commander';
import { precisions } from '#models/api';
import { sceneSplits } from '#node/models/run-scene-eval.ts';
import type { SceneEvalRequest } from '#node/models/run-scene-eval.ts';
import { addBench } from './bench-arguments.ts';
import type { BenchCommand } from './bench-arguments.ts';
import { addEdit } from './edit-arguments.ts';
import type { EditByRecipeCommand, EditCommand } from './edit-arguments.ts';
import { addConditions } from './conditions-arguments.ts';
import type { ConditionsCommand } from './conditions-arguments.ts';
import { numberOption } from './number-option.ts';
import { devices, ranges } from '#common/contract/edit-request.ts';
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
  | { readonly name: 'eval scenes'; readonly request: SceneEvalRequest; readonly items: boolean }
) & { readonly json: boolean };

/** Arguments that name no command: a mistake, or a question that was answered. */
export type ParsedArguments =
  { readonly command: CliCommand } | { readonly help: string } | { readonly mistake: string; readonly json: boolean };

type BuildFlags = Omit<BuildCommand, 'name' | 'link'> & { readonly link?: boolean; readonly json?: boolean };
type EvalFlags = Omit<SceneEvalRequest, 'sampling'> &
  SceneEvalRequest['sampling'] & { readonly items?: boolean; readonly json?: boolean };
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
    const isUnfinished = error.code === 'commander.help'; // what was printed is the help of a group of commands
    const mistake = isUnfinished ? 'a command is missing; see --help' : output.trim().replace(/^error: /, '');
    return { mistake, json: argv.includes('--json') };
  }
  return command ? { command } : { help: output };
}

function createProgram(version: string, found: (command: CliCommand) => void, write: (text: string) => void): Command {
  const program = new Command('editar')
    .description('Edits pictures by instruction, on this machine.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write });
  addEdit(program, found);
  addConditions(program, found);
  addBatch(program, found);
  addWorker(program, found);
  addModels(program, found);
  addParity(program, found);
  addBench(program, found);
  addEval(program, found);
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
    .argument('<folder or url>')
    .action((source: string, flags: JsonFlag) => {
      found({ name: 'models add', source, json: flags.json ?? false });
    });
  json(models.command('remove').description('Delete an installed model.'))
    .argument('<id>')
    .action((id: string, flags: JsonFlag) => {
      found({ name: 'models remove', id, json: flags.json ?? false });
    });
  addBuild(json(models.command('build').description('Make a model from published checkpoints.')), found);
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

function addEval(program: Command, found: Found): void {
  const evaluate = program.command('eval').description('Measure what a model can do.').exitOverride();
  evaluate
    .command('scenes')
    .description('Let a model answer rendered test scenes and judge its answers beside two baselines.')
    .option('--model <id|dir>', 'installed model or folder of one (default: the embedded model)')
    .addOption(new Option('--split <split>', 'which scenes').choices(sceneSplits).default('test-iid'))
    .addOption(
      numberOption('--limit <number>', 'items of each kind', { min: 1, max: 10_000, isWhole: true }).default(40),
    )
    .addOption(numberOption('--cfg <number>', 'guidance', ranges.cfg))
    .addOption(numberOption('--temperature <number>', 'randomness, 0 for none', ranges.temperature))
    .addOption(numberOption('--top-k <number>', 'keep the k likeliest ids, 0 for all', ranges.topK))
    .addOption(numberOption('--top-p <number>', 'keep the likeliest ids of this total probability', ranges.topP))
    .addOption(numberOption('--seed <number>', 'of the first item of each kind', ranges.seed).default(0))
    .addOption(new Option('--device <device>', 'where the model runs').choices(devices).default('auto'))
    .option('--sheet <file>', 'picture to write: the first five items of each kind')
    .option('--items', 'with --json: also one object per judged picture')
    .option('--json', 'one JSON object per line on stdout')
    .action(({ cfg, temperature, topK, topP, items, json, ...request }: EvalFlags) => {
      const sampling = { cfg, temperature, topK, topP };
      found({ name: 'eval scenes', request: { ...request, sampling }, items: items ?? false, json: json ?? false });
    });
}
