import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A process for good: numbers are given again, a number and a start are not. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string; // as the system tells it; empty where it does not
}

/** Whether there is a process of that number, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it is somebody else's
  }
}

let own: Promise<ProcessIdentity> | undefined;

/** Of this process; asked of the system once. */
export function ownIdentity(): Promise<ProcessIdentity> {
  own ??= startOf(process.pid).then((start = '') => ({ pid: process.pid, start }));
  return own;
}

/** Whether that very process still runs. Where the system does not tell when processes started, any of that number is taken for it. */
export async function isRunning({ pid, start }: ProcessIdentity): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const now = await startOf(pid);
  return now !== undefined && (now === '' || start === '' || now === start);
}

/** Programs that are started from a terminal and from a desktop have different languages, and clocks are set: dates are to read alike. */
const sameWords = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };

/** When a process started; undefined where it has ended, also while its end waits for its parent; empty where the system does not tell. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') return await linuxStart(pid);
    if (process.platform === 'win32') return await windowsStart(pid);
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env: sameWords });
    const [state = '', ...date] = stdout.trim().split(/\s+/);
    return state.startsWith('Z') ? undefined : date.join(' ');
  } catch {
    return '';
  }
}

/** Ticks since the machine started, and which start of the machine that was. */
async function linuxStart(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold anything
  if (state === 'Z' || state === 'X') return undefined;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${boot.trim()} ${fields[18]}`; // field 22 of the line
}

async function windowsStart(pid: number): Promise<string> {
  const command = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
  const { stdout } = await run('powershell', ['-NoProfile', '-NonInteractive', '-Command', command], {
    windowsHide: true, // a program without a console would open one for it
  });
  return stdout.trim();
}
