import { expect, test } from 'vitest';
import { parseArguments } from '../../../electron/cli/arguments.ts';

const parse = (...args: string[]) => parseArguments(['batch', 'in', '-o', 'out', '--recipe', 'r.json', ...args], '1');

test('a batch needs a folder, an output folder and a recipe', () => {
  expect(parse()).toEqual({
    command: {
      ...{ name: 'batch', input: 'in', output: 'out', recipe: 'r.json', resume: false, dryRun: false, json: false },
      ...{ watch: false, settleMs: 2000, queue: undefined },
      ...{ devices: [], model: undefined },
      options: {
        ...{ recursive: false, include: [], exclude: [], format: 'same', collisions: 'number', sizes: [] },
        ...{ keepsPlace: true, tellsRecipe: true },
      },
    },
  });
  expect(parseArguments(['batch', 'in', '-o', 'out'], '1')).toMatchObject({
    mistake: expect.stringMatching(/--recipe/),
  });
  expect(parseArguments(['batch', 'in', '--recipe', 'r'], '1')).toMatchObject({
    mistake: expect.stringMatching(/--out/),
  });
});

test('reads what tunes it', () => {
  const tuned = parse(
    ...['--recursive', '--resume', '--dry-run', '--include', '*.jpg', '--include', 'raw/**', '--exclude', 'x.png'],
    ...['--limit', '5', '--name', '{stem}-{seed}', '--format', 'tif', '--collisions', 'skip', '--fit', 'raw/**=square'],
    ...['--no-gps', '--no-metadata', '--model', 'dir', '--device', 'cpu', '--json'],
  );
  expect(tuned).toMatchObject({
    command: {
      ...{ resume: true, dryRun: true, json: true, model: 'dir', devices: ['cpu'] },
      options: {
        ...{ recursive: true, include: ['*.jpg', 'raw/**'], exclude: ['x.png'], limit: 5, name: '{stem}-{seed}' },
        ...{ format: 'tif', collisions: 'skip', sizes: [{ glob: 'raw/**', fit: 'square' }] },
        ...{ keepsPlace: false, tellsRecipe: false },
      },
    },
  });
});

test('a queue is given to batches, and to workers', () => {
  expect(parse('--queue', 'redis://host')).toMatchObject({ command: { queue: 'redis://host' } });
  expect(parseArguments(['worker', '--queue', 'redis://host', '--silent', '5'], '1')).toEqual({
    command: { name: 'worker', queue: 'redis://host', silentMs: 5000, json: false },
  });
});

test('several devices are named in one list, which takes the place of the single one', () => {
  expect(parse('--devices', 'cuda,cuda:1, cpu')).toMatchObject({ command: { devices: ['cuda', 'cuda:1', 'cpu'] } });
  expect(parse('--devices', 'cuda', '--device', 'cpu')).toHaveProperty('mistake');
  expect(parse('--devices', 'cuda', '--queue', 'redis://host')).toHaveProperty('mistake');
  expect(parse('--devices', 'cuda:-1')).toMatchObject({ mistake: expect.stringContaining('cuda:1') });
  const worker = ['worker', '--queue', 'redis://host', '--device', 'cuda:1'];
  expect(parseArguments(worker, '1')).toMatchObject({ command: { device: 'cuda:1' } });
});

test.each([
  ['--devices', 'gpu'],
  ['--devices', ''],
  ['--limit', '0'],
  ['--limit', 'x'],
  ['--fit', 'raw/**'],
  ['--fit', '*=selection'],
  ['--format', 'psd'],
  ['--collisions', 'ask'],
  ['--name', ' '],
  ['--include', ''],
])('refuses %s %s', (...args) => {
  expect(parse(...args)).toHaveProperty('mistake');
});
