import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export interface ServerProcess {
  readonly address: string;
  /** As a crash does. */
  kill(): Promise<void>;
}

/** The built server as a person runs it, with the real engine. It ends with the test.
 * @param before address of one that is gone and whose place it takes, so that open pages find it @param files that it is to open */
export async function startServerProcess(
  dataFolder: string,
  before?: string,
  files: readonly string[] = [],
): Promise<ServerProcess> {
  const place = before === undefined ? undefined : new URL(before);
  const token = place?.searchParams.get('token');
  const server = spawn(process.execPath, ['out/server.mjs', '--port', place?.port ?? '0', ...files], {
    env: { ...process.env, EDITAR_DATA: dataFolder, ...(token && { EDITAR_TOKEN: token }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  const kill = async () => {
    server.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  const [address] = (await once(createInterface(server.stdout), 'line')) as [string];
  return { address, kill };
}
