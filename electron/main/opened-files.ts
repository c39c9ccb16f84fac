import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canBeOpened } from '#common/picture-files.ts';

/** Pictures and projects among a program's arguments. Switches and the program's own folder are none.
 * @param argv as the process got it @param folder that relative names start from */
export const filesIn = (argv: readonly string[], folder: string): string[] =>
  argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-'))
    .flatMap((argument) => pathOf(argument) ?? [])
    .filter(canBeOpened)
    .map((path) => resolve(folder, path));

/** File managers of Linux name files by their addresses. @returns undefined for an address that is no file of this machine */
function pathOf(argument: string): string | undefined {
  if (!/^file:\/\//i.test(argument)) return argument;
  try {
    return fileURLToPath(argument);
  } catch {
    return undefined;
  }
}
