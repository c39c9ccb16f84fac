import { execFileSync, spawnSync } from 'node:child_process';

/** Another program's look at metadata, where it is installed. */
export const hasExiftool = spawnSync('exiftool', ['-ver']).status === 0;
if (!hasExiftool) console.warn('skipped: exiftool is not installed, which another reader of metadata is asked with');

/** What it reads from a file, by its names for tags; numbers as they are stored. */
export function exiftoolTags(path: string): Readonly<Record<string, unknown>> {
  const told = execFileSync('exiftool', ['-json', '-a', '-u', '-n', path]).toString();
  const [tags] = JSON.parse(told) as [Record<string, unknown>];
  return tags;
}
