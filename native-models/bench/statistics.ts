import { readFile } from 'node:fs/promises';

/** Milliseconds that `run` takes. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await run();
  return performance.now() - before;
}

/** Middle value; of an even number, the lower of the two. NaN for none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;
}

/** Whole MiB. */
export const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** Largest resident memory of this process so far, in MiB. */
export const peakMiB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** Resident memory of this process that is its own, not pages of files which the system may drop, in MiB; undefined where the
 * system does not tell. */
export async function ownMiB(): Promise<number | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kib = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? undefined : Math.round(Number(kib) / 1024);
}

/** Resident memory of this process, in MiB. */
export const residentMiB = (): number => mebibytes(process.memoryUsage.rss());
