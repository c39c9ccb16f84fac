import { Option } from 'commander';
import type { Command } from 'commander';
import { precisions } from '#models/api';
import type { BenchRequest } from '#node/models/run-bench.ts';
import { numberOption } from './number-option.ts';

export interface BenchCommand {
  readonly name: 'bench';
  readonly request: BenchRequest;
  readonly json: boolean;
}

type Flags = Omit<BenchRequest, 'isRandom'> & {
  readonly randomXl?: boolean;
  readonly json?: boolean;
};

const caches = ['fp32', 'int8'] as const;

/** Adds `editar bench`. */
export function addBench(program: Command, found: (command: BenchCommand) => void): void {
  program
    .command('bench')
    .description('Time a model on this machine.')
    .addOption(
      new Option('--model <id|dir>', 'installed model or folder of one (default: the embedded model)').conflicts(
        'randomXl',
      ),
    )
    .option('--random-xl', 'the released model with random weights; needs some gigabytes of temporary space')
    .addOption(numberOption('--tokens <number>', 'steps to time', { min: 1, max: 1024, isWhole: true }))
    .addOption(new Option('--precision <precision>', 'of the random weights').choices(precisions))
    .addOption(
      new Option('--cache <precision>', 'of its keys and values (default: fp32 beside fp32, else int8)').choices(
        caches,
      ),
    )
    .option('--pictures', 'time whole pictures of random weights too, which takes minutes')
    .option('--json', 'one JSON object per line on stdout')
    .action(({ json, randomXl, ...request }: Flags) => {
      found({ name: 'bench', request: { ...request, isRandom: randomXl ?? false }, json: json ?? false });
    });
}
