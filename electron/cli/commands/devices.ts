import type { Services } from '#node/services.ts';
import type { DevicesCommand } from '../devices-arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

/** `editar devices`: what models can run on here, and why not on the rest. @returns the exit code */
export async function devices(
  { tryAgain, json }: DevicesCommand,
  { devices: known }: Services,
  terminal: Terminal,
): Promise<number> {
  if (tryAgain !== undefined) await known.tryAgain(tryAgain);
  for (const { device, reason } of await known.tryAll()) {
    if (json) terminal.result(JSON.stringify({ type: 'device', device, works: reason === undefined, reason }));
    else terminal.result(`${device.padEnd(8)} ${reason ?? 'works'}`);
  }
  return exitCodes.done;
}
