import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import { editar, jsonLines } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'out', 'test-device-that-kills.mjs');

beforeAll(async () => {
  await build({
    ...{ root, configFile: false, logLevel: 'warn' },
    build: {
      ...{
        ssr: 'test/helpers/device-that-kills.ts',
        target: 'node20',
        outDir: 'out',
        emptyOutDir: false,
        minify: false,
      },
      rolldownOptions: { output: { format: 'es', entryFileNames: 'test-device-that-kills.mjs', codeSplitting: false } },
    },
  });
});

/** A process whose WebGPU does this. */
function start(folder: string, deed: string) {
  const child = spawn(process.execPath, [program, folder, deed], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
    said,
  }));
  return { child, ended };
}

test('a device that kills the process in its self-test is left out from the next start on', async () => {
  const folder = join(temporaryFolder(), 'devices');
  expect((await start(folder, 'die').ended).signal).toBe('SIGABRT');
  const { code, said } = await start(folder, 'die').ended; // it would die again if it were touched
  expect(code).toBe(0);
  expect(said).toMatch(/webgpu: it stopped the program when it was last opened, on \d{4}-\d\d-\d\d; it is left out/);
});

test('one that dies at work is forgiven once', async () => {
  const folder = join(temporaryFolder(), 'devices');
  for (let i = 0; i < 2; i++) expect((await start(folder, 'die at work').ended).signal).toBe('SIGABRT');
  expect((await start(folder, 'work').ended).said).toContain('it stopped the program 2 times at work');
});

test('one that works leaves nothing behind, and neither does a process that ends by itself meanwhile', async () => {
  const folder = join(temporaryFolder(), 'devices');
  expect(JSON.parse((await start(folder, 'work').ended).said)).toMatchObject({ name: 'webgpu' });
  expect((await start(folder, 'leave').ended).code).toBe(3);
  expect(readdirSync(folder)).toEqual([]);
});

test('two processes at once do not accuse each other; killed, the one that opened the device accuses it', async () => {
  const folder = join(temporaryFolder(), 'devices');
  const first = start(folder, 'wait');
  await once(first.child.stdout, 'data');
  expect(JSON.parse((await start(folder, 'work').ended).said)).toMatchObject({ name: 'webgpu' });
  first.child.kill('SIGKILL');
  await first.ended;
  expect((await start(folder, 'work').ended).said).toContain('webgpu: it stopped the program');
});

const compiler = process.platform === 'linux' ? ['cc', 'gcc'].find((name) => canRun(name)) : undefined;
const noCompiler = 'the crashing driver is C for Linux, and there is no compiler for it here';

function canRun(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

if (compiler === undefined)
  console.warn(`skipped “the command line outlives a Vulkan driver that crashes”: ${noCompiler}`);

test.skipIf(compiler === undefined)(
  'the command line outlives a Vulkan driver that crashes, says so, and tries it again when told to',
  async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'vulkan.c');
    writeFileSync(source, '#include <stdlib.h>\n__attribute__((constructor)) static void crash(void) { abort(); }\n');
    execFileSync(compiler!, ['-shared', '-fPIC', '-o', join(folder, 'libvulkan.so.1'), source]);
    const data = join(folder, 'data');
    const env = { EDITAR_DATA: data, LD_LIBRARY_PATH: folder };
    const devices = (...more: string[]) => editar(['devices', '--json', ...more], { env });
    expect((await devices()).code).toBeNull(); // dead
    const listed = await devices();
    expect(jsonLines(listed)).toContainEqual({ type: 'device', device: 'cpu', works: true });
    expect(jsonLines(listed)).toContainEqual({
      ...{ type: 'device', device: 'webgpu', works: false },
      reason: expect.stringContaining('it stopped the program when it was last opened') as string,
    });
    const asked = await editar(
      ['edit', join(root, 'package.json'), '-i', 'x', '-o', join(folder, 'out.png'), '--device', 'webgpu'],
      { env },
    );
    expect(asked.code).toBe(3); // the picture is looked at first
    expect((await devices('--try-again', 'webgpu')).code).toBeNull(); // it was tried
    expect((await devices()).code).toBe(0);
    expect(readdirSync(join(data, 'devices'))).toHaveLength(1);
  },
);
