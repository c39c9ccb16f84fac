import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { photoBytes } from '../helpers/batch.ts';
import { editar, jsonLines } from '../helpers/cli.ts';
import { freePort, noRedis, startRedis, stopRedis } from '../helpers/redis.ts';
import { writeTinyCheckpoints } from '../helpers/tiny-checkpoints.ts';

if (noRedis) console.warn(`skipped: ${noRedis}`);

let root: string;
let address: string;
let redis: ChildProcess | undefined;

const at = (name: string): string => join(root, name);
const env = (): Record<string, string> => ({ EDITAR_DATA: at('data') });

describe.skipIf(noRedis)('batches whose pictures are made by workers of a queue', () => {
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'editar-queue-'));
    const port = await freePort();
    address = `redis://127.0.0.1:${port}`;
    redis = await startRedis(port);
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
    if (redis) await stopRedis(redis);
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
