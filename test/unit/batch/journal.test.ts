import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal } from '#node/batch/journal.ts';
import type { JournalEntry } from '#node/batch/journal.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const item = (index: number): JournalEntry => ({ entry: 'item', index, input: `${index}.jpg`, output: `${index}.jpg` });

async function written(...entries: readonly JournalEntry[]): Promise<string> {
  const path = join(temporaryFolder(), 'new', 'journal.jsonl');
  const { journal } = await Journal.open(path);
  await Promise.all(entries.map((entry) => journal.append(entry)));
  await journal[Symbol.asyncDispose]();
  return path;
}

test('gives back what was appended, in its order', async () => {
  const path = await written(item(1), item(2), item(3));
  const { journal, entries } = await Journal.open(path);
  await journal.append(item(4));
  await journal[Symbol.asyncDispose]();
  expect(entries).toEqual([item(1), item(2), item(3)]);
  expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(5);
});

test('forgets a line that was cut off, at every place it can be cut, and goes on after the last whole one', async () => {
  const path = await written(item(1), item(2));
  const whole = await readFile(path);
  const line = Buffer.from(`${JSON.stringify(item(3))}\n`);
  for (let cut = 0; cut < line.length; cut += 5) {
    await writeFile(path, Buffer.concat([whole, line.subarray(0, cut)]));
    const { journal, entries } = await Journal.open(path);
    await journal.append(item(9));
    await journal[Symbol.asyncDispose]();
    expect(entries).toEqual([item(1), item(2)]);
    expect(await readFile(path, 'utf8')).toBe(`${whole.toString()}${JSON.stringify(item(9))}\n`);
  }
});

test('refuses a whole line it does not know, and leaves the file alone', async () => {
  const path = await written(item(1));
  await appendFile(path, '{"entry":"magic"}\n');
  const before = await readFile(path);
  await expect(Journal.open(path)).rejects.toMatchObject({ code: 'journal-damaged', data: { line: 2 } });
  expect(await readFile(path)).toEqual(before);
});
