import { expect, test } from 'vitest';
import { processTerminal } from '../../../electron/cli/terminal.ts';

function fakeProcess(isTTY: boolean) {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) => ({ isTTY, columns: 20, write: (text: string) => (said[name] += text) });
  const terminal = processTerminal({ stdout: stream('stdout'), stderr: stream('stderr') } as unknown as NodeJS.Process);
  return { said, terminal };
}

test('keeps results and everything else apart', () => {
  const { said, terminal } = fakeProcess(false);
  terminal.result('out.png');
  terminal.note('done');
  expect(said).toEqual({ stdout: 'out.png\n', stderr: 'done\n' });
});

test('replaces the progress line on a screen, cut to its width', () => {
  const { said, terminal } = fakeProcess(true);
  terminal.progress('1 of 16 cells, 10 minutes left');
  terminal.progress('2 of 16');
  terminal.result('out.png');
  expect(said.stderr).toBe('1 of 16 cells, 10 m\r\u001b[K2 of 16\r\u001b[K');
});

test('adds progress lines to a log only now and then', () => {
  const { said, terminal } = fakeProcess(false);
  for (let step = 1; step <= 100; step++) terminal.progress(`${step} of 100`);
  expect(said.stderr).toBe('1 of 100\n');
});

test('shows what a terminal would obey as text, and keeps a result in one line', () => {
  const { said, terminal } = fakeProcess(false);
  const name = 'a\u001b[2J\u009b\nb.png';
  terminal.result(name);
  terminal.note(name);
  expect(said).toEqual({ stdout: 'a\\u001b[2J\\u009b\\nb.png\n', stderr: 'a\\u001b[2J\\u009b\nb.png\n' });
});
