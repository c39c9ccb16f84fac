import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export interface ServerProcess {
  readonly address: string;
  /** As a crash does. */
  kill(): Promise<void>;
}

/** The built server as a person runs it, with the real engine. It ends with the test. */
export async function startServerProcess(dataFolder: string): Promise<ServerProcess> {
  const server = spawn(process.execPath, ['out/server.mjs'], {
    env: { ...process.env, EDITAR_DATA: dataFolder },
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
