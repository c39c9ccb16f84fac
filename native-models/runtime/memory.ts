import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { freemem } from 'node:os';
import { ModelError } from '../errors.ts';

const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** Memory the system can still give, in bytes. Node counts cached files as free only where the system reports them so, and on macOS
 * only what nobody has ever used; Linux containers may be limited below the machine. */
export function availableMemory(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  const available = process.availableMemory?.() ?? freemem();
  const used = limit > 0 && limit < 2 ** 50 ? limit - process.memoryUsage.rss() : Infinity;
  return Math.max(0, Math.min(macAvailable() ?? available, linuxAvailable() ?? available, used));
}

function macAvailable(): number | undefined {
  if (process.platform !== 'darwin') return undefined;
  try {
    return availableOf(execFileSync('/usr/bin/vm_stat', { encoding: 'utf8', timeout: 1000 }));
  } catch {
    return undefined;
  }
}

/** What macOS can give without swapping: pages that are free, and those it only keeps in case they are wanted once more.
 * @param report of `vm_stat` @returns bytes; undefined for a report that says something else */
export function availableOf(report: string): number | undefined {
  const pageBytes = Number(/page size of (\d+) bytes/.exec(report)?.[1]);
  const pages = ['free', 'inactive', 'speculative'].map((kind) =>
    Number(new RegExp(`^Pages ${kind}:\\s+(\\d+)\\.$`, 'm').exec(report)?.[1]),
  );
  const bytes = pageBytes * pages.reduce((sum, count) => sum + count, 0);
  return Number.isNaN(bytes) ? undefined : bytes;
}

function linuxAvailable(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

/** What opening a model will take. */
interface MemoryNeed {
  readonly files: readonly string[]; // graphs and their external data
  readonly unreadBytes?: number; // of the files, that the graphs which are opened do not use
  readonly cacheBytes?: number;
  readonly activationBytes?: number; // of the largest run, usually the prefill
}

// Measured: memory after opening is 1.05 (fp32) to 1.25 (int4) times the files, once packed for the processor.
const packedPerFileByte = 1.25;

/** Bytes that opening and running a model will take, from the sizes of its files. Rejects when a file is missing. */
export async function estimateMemory({
  files,
  unreadBytes = 0,
  cacheBytes = 0,
  activationBytes = 0,
}: MemoryNeed): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const fileBytes = sizes.reduce((sum, size) => sum + size, 0);
  return Math.ceil((fileBytes - unreadBytes) * packedPerFileByte) + cacheBytes + activationBytes;
}

/** Throws `out-of-memory` {needed, free} when `needed` bytes for `what` are more than the system can give. */
export function checkMemory(what: string, needed: number, free = availableMemory()): void {
  if (needed > free)
    throw new ModelError('out-of-memory', `${what} needs ${mib(needed)} and ${mib(free)} are free`, {
      what,
      needed,
      free,
    });
}
