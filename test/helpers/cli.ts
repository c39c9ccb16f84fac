import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../out/cli.mjs', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSettings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly largestFile?: number; // of 512 bytes each; POSIX systems only
  /** Called with everything said on stdout so far, whenever more is said. */
  readonly onOutput?: (stdout: string, child: ChildProcess) => void;
}

/** Runs the built program as a person would, in a process of its own. */
export function editar(
  args: readonly string[],
  { cwd, env, largestFile, onOutput }: CliSettings = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const command = [process.execPath, program, ...args];
    const limited = ['sh', '-c', `ulimit -f ${largestFile}; exec "$@"`, 'sh', ...command];
    const [file, ...rest] = largestFile === undefined ? command : limited;
    const child = spawn(file!, rest, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      onOutput?.(stdout, child);
    });
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Every line of stdout as JSON; throws when one is not. */
export const jsonLines = ({ stdout }: CliResult): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
