import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { zDeviceName } from '#common/contract/edit-request.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';

export interface DevicesCommand {
  readonly name: 'devices';
  readonly tryAgain?: DeviceName; // forgets that it stopped the program
  readonly json: boolean;
}

interface Flags {
  readonly tryAgain?: DeviceName;
  readonly json?: boolean;
}

/** Adds `editar devices`. */
export function addDevices(program: Command, found: (command: DevicesCommand) => void): void {
  program
    .command('devices')
    .description('Try every device that models can run on, and say which work.')
    .option('--try-again <device>', 'one that is left out since it stopped the program', deviceName)
    .option('--json', 'one JSON object per line on stdout')
    .action(({ json = false, ...flags }: Flags) => {
      found({ name: 'devices', ...flags, json });
    });
}

function deviceName(text: string): DeviceName {
  const name = zDeviceName.safeParse(text).data;
  if (name) return name;
  throw new InvalidArgumentError('devices are cpu, cuda, cuda:1 …, dml, dml:1 …, coreml and webgpu.');
}
