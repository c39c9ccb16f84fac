// @ts-check
// What benchmarks in a browser have in common.
import { existsSync, readFileSync } from 'node:fs';

export const flags = ['--no-sandbox', '--disable-gpu'];

/** CHROMIUM_PATH names the browser where it is somewhere else. */
export const chromiumPath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);
if (!chromiumPath) throw new Error('no Chromium found: install it, or name it in CHROMIUM_PATH');

/** Ids of the processes that run pages. @param {import('playwright-core').Browser} browser */
export async function rendererIds(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

/** Memory of processes in MiB; 0 where the system does not say. @param {readonly number[]} ids */
export const memoryMiB = (ids) =>
  Math.round(ids.reduce((sum, id) => sum + Number(/VmRSS:\s+(\d+)/.exec(procFile(id, 'status'))?.[1] ?? 0), 0) / 1024);

/** Processor time that processes have taken, all their threads together; 0 where the system does not say.
 * @param {readonly number[]} ids @returns milliseconds */
export function processorMs(ids) {
  const ticks = ids.map((id) => {
    const fields = procFile(id, 'stat').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0); // user and system, in hundredths of a second
  });
  return ticks.reduce((sum, one) => sum + one, 0) * 10;
}

/** @param {number} id @param {string} name */
function procFile(id, name) {
  try {
    return readFileSync(`/proc/${id}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** @param {readonly number[]} numbers */
export function summary(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const quantile = (/** @type {number} */ share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: quantile(0.5), p95: quantile(0.95), worst: sorted.at(-1) ?? 0, count: sorted.length };
}
