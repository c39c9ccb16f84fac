import { isAbsolute, resolve } from 'node:path';
import { canBeOpened } from '#common/picture-files.ts';

/** Pictures and projects among a program's arguments. Switches and the program's own folder are none.
 * @param argv as the process got it @param folder that relative names start from */
export const filesIn = (argv: readonly string[], folder: string): string[] =>
  argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-') && canBeOpened(argument))
    .map((argument) => (isAbsolute(argument) ? argument : resolve(folder, argument)));
