import { isAbsolute, resolve } from 'node:path';
import { hasPictureEnding } from '#common/picture-files.ts';

/** Pictures among a program's arguments. Switches and the program's own folder are none.
 * @param argv as the process got it @param folder that relative names start from */
export const picturesIn = (argv: readonly string[], folder: string): string[] =>
  argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-') && hasPictureEnding(argument))
    .map((argument) => (isAbsolute(argument) ? argument : resolve(folder, argument)));
