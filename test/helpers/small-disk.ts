import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** A disk of its own that is full when the test says so. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves no room on it, down to the last byte. */
  fill(): void;
  /** Makes room again. */
  empty(): void;
  /** What is on it can only be read from now on. */
  protect(): void;
}

/** A disk in memory, which only Linux gives, and only to root. Undefined elsewhere. */
export function smallDisk(mebibytes: number): SmallDisk | undefined {
  const folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  const filler = join(folder, 'filler');
  const protect = (): unknown => execFileSync('mount', ['-o', 'remount,ro', folder]);
  return { folder, fill: () => fill(filler), empty: () => rmSync(filler), protect };
}

function fill(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (const bytes of [2 ** 20, 2 ** 12]) writeUntilFull(file, Buffer.alloc(bytes));
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, part: Buffer): void {
  try {
    for (;;) writeSync(file, part);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
