import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { photoBytes } from '../helpers/batch.ts';
import { editar, jsonLines } from '../helpers/cli.ts';
import { writeTinyCheckpoints } from '../helpers/tiny-checkpoints.ts';

const server = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);
if (server === undefined) console.warn('skipped: neither redis-server nor valkey-server is installed');

let root: string;
let address: string;
let redis: ChildProcess | undefined;

const at = (name: string): string => join(root, name);
const env = (): Record<string, string> => ({ EDITAR_DATA: at('data') });

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function startServer(): Promise<void> {
  const port = await freePort();
  address = `redis://127.0.0.1:${port}`;
  const quiet = ['--save', '', '--appendonly', 'no', '--dir', root];
  redis = spawn(server!, ['--port', String(port), '--bind', '127.0.0.1', ...quiet], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve) => {
    redis!.stdout!.on('data', (text: Buffer) => {
      if (/ready to accept connections/i.test(text.toString())) resolve();
    });
  });
}

describe.skipIf(server === undefined)('batches whose pictures are made by workers of a queue', () => {
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'editar-queue-'));
    await startServer();
    const { gpt, vq, t5 } = await writeTinyCheckpoints(root);
    const build = ['models', 'build', '--gpt', gpt, '--vq', vq, '--t5', t5, '--precision', 'fp32', '-o', at('tiny')];
    const { code, stderr } = await editar(build, { env: env() });
    if (code !== 0) throw new Error(stderr);
    await mkdir(at('in'));
    for (let i = 0; i < 6; i++) await writeFile(at(`in/p${i}.png`), await photoBytes(i));
    await writeFile(at('in/bad.png'), 'text');
    await writeFile(at('recipe.json'), JSON.stringify({ version: 1, instruction: 'make the ball red', seed: 3 }));
  });

  afterAll(async () => {
    redis?.kill();
    if (root) await rm(root, { recursive: true, force: true });
  });

  const batch = (...more: string[]) =>
    editar(
      ['batch', at('in'), '-o', at('out'), '--recipe', at('recipe.json'), '--model', at('tiny'), '--json', ...more],
      { env: env() },
    );

  test('two workers, one killed in the middle of an item: every file is made once', { timeout: 300_000 }, async () => {
    const workers: ChildProcess[] = [];
    const worker = (onDone: (child: ChildProcess) => void) =>
      editar(['worker', '--queue', address, '--silent', '5', '--json'], {
        env: env(),
        onOutput: (stdout, child) => {
          if (!workers.includes(child)) workers.push(child);
          if (stdout.includes('"done"')) onDone(child);
        },
      });
    const killed = worker((child) => child.kill('SIGKILL')); // it has taken the next item already
    const finished = batch('--queue', address);
    expect((await killed).code).toBeNull();
    const other = worker(() => undefined);
    const result = await finished;
    for (const child of workers) child.kill('SIGINT');
    await other;
    expect(jsonLines(result).at(-1)).toMatchObject({ type: 'finished', in: 7, done: 6, skipped: 0, failed: 1 });
    expect(result.code).toBe(6);
    const entries = (await readFile(at('out/editar-batch.jsonl'), 'utf8')).trim().split('\n');
    expect(entries.filter((line) => line.includes('"entry":"done"'))).toHaveLength(6);
    const pictures = readdirSync(at('out')).filter((name) => name.endsWith('.png'));
    expect(pictures.sort()).toEqual(['p0.png', 'p1.png', 'p2.png', 'p3.png', 'p4.png', 'p5.png']);
    const report = JSON.parse(await readFile(at('out/report.json'), 'utf8')) as {
      items: { failure?: { code: string } }[];
    };
    expect(report.items[0]?.failure?.code).toBe('image-unreadable');
    expect(existsSync(at('out/bad.png'))).toBe(false);
  });

  test('a queue that is not there is told at once: exit 5', async () => {
    const result = await batch('--queue', `redis://127.0.0.1:${await freePort()}`);
    expect(result.code).toBe(5);
    expect(result.stderr).toContain('cannot be reached');
  });
});
