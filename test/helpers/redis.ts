import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';

const server = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);

/** Why tests with a queue cannot run; undefined where they can. */
export const noRedis = server === undefined ? 'neither redis-server nor valkey-server is installed' : undefined;

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** A server on this machine that keeps nothing on the disk, once it takes connections. */
export async function startRedis(port: number, more: readonly string[] = []): Promise<ChildProcess> {
  const quiet = ['--save', '', '--appendonly', 'no', '--dir', tmpdir()];
  const redis = spawn(server!, ['--port', String(port), '--bind', '127.0.0.1', ...quiet, ...more], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve) => {
    redis.stdout.on('data', (text: Buffer) => {
      if (/ready to accept connections/i.test(text.toString())) resolve();
    });
  });
  return redis;
}

export async function stopRedis(redis: ChildProcess): Promise<void> {
  if (redis.exitCode !== null || redis.signalCode !== null) return; // it is gone already
  const gone = new Promise((resolve) => redis.once('exit', resolve));
  redis.kill('SIGKILL');
  await gone;
}
