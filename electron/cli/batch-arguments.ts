import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { batchFormats, collisionRules, nameTokens, zBatchOptions } from '#common/contract/batch.ts';
import type { BatchOptions } from '#common/contract/batch.ts';
import { isQueueAddress } from '#node/batch/queue-connection.ts';
import { numberOption } from './number-option.ts';
import { devices, zDeviceName } from '#common/contract/edit-request.ts';
import type { DeviceName, EditRequest } from '#common/contract/edit-request.ts';

export interface BatchCommand {
  readonly name: 'batch';
  readonly input: string;
  readonly output: string;
  readonly recipe: string; // file
  readonly options: BatchOptions;
  readonly resume: boolean;
  readonly dryRun: boolean;
  readonly watch: boolean;
  readonly queue?: string | undefined; // address of a Redis or Valkey server whose workers make the pictures
  readonly settleMs: number; // a file that stays as it is for so long is whole
  readonly model?: string | undefined;
  readonly devices: readonly DeviceName[]; // none: every graphics card, else the processor
  readonly json: boolean;
}

export interface WorkerCommand {
  readonly name: 'worker';
  readonly queue: string; // address of a Redis or Valkey server
  readonly silentMs: number;
  readonly device?: DeviceName | undefined; // instead of the batch's
  readonly json: boolean;
}

interface WorkerFlags {
  readonly queue: string;
  readonly silent: number;
  readonly device?: DeviceName;
  readonly json?: boolean;
}

interface BatchFlags {
  readonly out: string;
  readonly recipe: string;
  readonly recursive?: boolean;
  readonly resume?: boolean;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
  readonly queue?: string;
  readonly settle: number;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly limit?: number;
  readonly name?: string;
  readonly format: BatchOptions['format'];
  readonly collisions: BatchOptions['collisions'];
  readonly fit?: BatchOptions['sizes'];
  readonly gps: boolean;
  readonly metadata: boolean;
  readonly model?: string;
  readonly device: EditRequest['device'];
  readonly devices?: readonly DeviceName[];
  readonly json?: boolean;
}

/** `editar batch <folder> -o <folder> --recipe <file>` and how it is tuned. */
export function addBatch(program: Command, found: (command: BatchCommand) => void): void {
  const batch = program
    .command('batch')
    .description('Edit every picture of a folder by one recipe. Kill it at any time and go on with --resume.')
    .argument('<folder>', 'pictures to edit')
    .requiredOption('-o, --out <folder>', 'where results, reports and the journal go')
    .requiredOption('--recipe <file>', 'recipe, as JSON')
    .option('--recursive', 'look into folders of the folder too')
    .option('--resume', 'go on with the batch that was begun in the output folder')
    .option('--dry-run', 'only say what would happen')
    .option('--watch', 'go on with pictures that come, until it is stopped')
    .addOption(
      numberOption('--settle <seconds>', 'how long a new file has to stay as it is', {
        min: 0,
        max: 3600,
        isWhole: false,
      }).default(2),
    )
    .addOption(
      new Option(
        '--queue <address>',
        'let the workers of a Redis or Valkey server make the pictures: redis://…',
      ).argParser(queueAddress),
    )
    .option('--include <glob>', 'only pictures that match; may be repeated', collectGlobs)
    .option('--exclude <glob>', 'no pictures that match; may be repeated', collectGlobs)
    .addOption(new Option('--limit <number>', 'at most so many pictures').argParser(count))
    .option(
      '--name <template>',
      `names of results, made of ${nameTokens.map((token) => `{${token}}`).join(' ')}`,
      (text: string) => ofLength(text, 500),
    )
    .addOption(new Option('--format <format>', 'of results').choices(batchFormats).default('same'))
    .addOption(
      new Option('--collisions <rule>', 'when a result of that name is there')
        .choices(collisionRules)
        .default('number'),
    )
    .option(
      '--fit <glob=policy>',
      'what the model sees of pictures that match, whole or square; may be repeated',
      collectFits,
    )
    .option('--no-gps', 'leave the place out of the metadata')
    .option('--no-metadata', 'do not write the recipe into the pictures')
    .option('--model <id|dir>', 'installed model or folder of one, instead of the recipe’s')
    .addOption(new Option('--device <device>', 'where the model runs').choices(devices).default('auto'))
    .addOption(
      new Option('--devices <list>', 'several, each with a model of its own: cuda,cuda:1')
        .argParser(deviceList)
        .conflicts(['device', 'queue']),
    )
    .option('--json', 'one JSON object per line on stdout');
  batch.action((input: string, flags: BatchFlags) => {
    const options = zBatchOptions.safeParse(optionsOf(flags));
    if (!options.success) {
      return batch.error(options.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
    }
    const {
      out,
      recipe,
      resume = false,
      dryRun = false,
      watch = false,
      settle,
      queue,
      model,
      device,
      devices: several = device === 'auto' ? [] : [device],
      json = false,
    } = flags;
    found({
      name: 'batch',
      input,
      output: out,
      recipe,
      options: options.data,
      resume,
      dryRun,
      watch,
      settleMs: settle * 1000,
      queue,
      model,
      devices: several,
      json,
    });
  });
}

/** `editar worker --queue <address>` */
export function addWorker(program: Command, found: (command: WorkerCommand) => void): void {
  const silence = { min: 1, max: 3600, isWhole: false };
  program
    .command('worker')
    .description(
      'Make pictures of batches that were given a queue, until it is stopped. Folders have the same paths here.',
    )
    .addOption(
      new Option('--queue <address>', 'of a Redis or Valkey server: redis://…')
        .argParser(queueAddress)
        .makeOptionMandatory(),
    )
    .addOption(numberOption('--silent <seconds>', 'a worker silent for so long is taken for dead', silence).default(30))
    .addOption(
      new Option('--device <device>', 'of this machine, instead of the batch’s; start a worker for each').argParser(
        (name: string) => deviceList(name)[0],
      ),
    )
    .option('--json', 'one JSON object per line on stdout')
    .action(({ queue, silent, device, json = false }: WorkerFlags) => {
      found({ name: 'worker', queue, silentMs: silent * 1000, device, json });
    });
}

function optionsOf(flags: BatchFlags): Record<keyof BatchOptions, unknown> {
  const { recursive, include, exclude, limit, name, format, collisions, fit, gps, metadata } = flags;
  return {
    ...{ recursive, include, exclude, limit, name, format, collisions },
    ...{ sizes: fit, keepsPlace: gps, tellsRecipe: metadata },
  };
}

/** @throws InvalidArgumentError that says what an address is */
function queueAddress(text: string): string {
  if (isQueueAddress(text)) return text;
  throw new InvalidArgumentError('It has to be an address such as redis://host:6379.');
}

/** @throws InvalidArgumentError that says what is known */
function deviceList(text: string): DeviceName[] {
  return text.split(',').map((name) => {
    const parsed = zDeviceName.safeParse(name.trim());
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`${name} is none of cpu, cuda, cuda:1, …, dml, dml:1, …, coreml and webgpu.`);
  });
}

function collectGlobs(text: string, before: readonly string[] = []): string[] {
  return [...before, ofLength(text, 1000)];
}

/** @throws InvalidArgumentError */
function ofLength(text: string, most: number): string {
  if (text.trim() !== '' && text.length <= most) return text;
  throw new InvalidArgumentError(`It has to be a text of 1 to ${most} characters.`);
}

function collectFits(text: string, before: BatchOptions['sizes'] = []): BatchOptions['sizes'] {
  const [, glob, fit] = /^(.+)=(whole|square)$/.exec(text) ?? [];
  if (glob === undefined || (fit !== 'whole' && fit !== 'square')) {
    throw new InvalidArgumentError('It has to be glob=whole or glob=square.');
  }
  return [...before, { glob, fit }];
}

function count(text: string): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value === 0) throw new InvalidArgumentError('It has to be a whole number from 1.');
  return value;
}
