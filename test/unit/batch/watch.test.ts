import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Settling, settledFiles } from '#node/batch/watch.ts';
import { batchWithFakeModel, photoBytes } from '../../helpers/batch.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('a file is settled when it has stayed as it is for the time', async () => {
  const folder = temporaryFolder();
  const settling = new Settling(100);
  const look = async (now: number): Promise<string[]> => [...(await settling.settled(folder, ['a', 'b'], now))];
  await writeFile(join(folder, 'a'), 'one');
  expect(await look(0)).toEqual([]);
  expect(await look(99)).toEqual([]);
  await appendFile(join(folder, 'a'), ' more'); // still being copied
  await writeFile(join(folder, 'b'), '');
  expect(await look(100)).toEqual([]);
  expect(await look(150)).toEqual([]);
  expect(await look(200)).toEqual(['a', 'b']);
  expect(await look(300)).toEqual([]); // given once as it is
  await appendFile(join(folder, 'a'), ' and more');
  expect(await look(310)).toEqual([]);
  expect(await look(410)).toEqual(['a']);
});

test('a file that went and came again settles anew', async () => {
  const folder = temporaryFolder();
  const settling = new Settling(100);
  const look = async (now: number): Promise<string[]> => [...(await settling.settled(folder, ['a'], now))];
  await writeFile(join(folder, 'a'), 'one');
  await look(0);
  await rm(join(folder, 'a'));
  expect(await look(200)).toEqual([]);
  await writeFile(join(folder, 'a'), 'one');
  expect(await look(210)).toEqual([]);
  expect(await look(310)).toEqual(['a']);
});

test('a folder that goes is told once, and looked at again until it is back', async () => {
  const folder = join(temporaryFolder(), 'share');
  const abort = new AbortController();
  let told = 0;
  const onUnreadable = (): void => {
    told++;
    void mkdir(folder).then(() => writeFile(join(folder, 'a.png'), 'one'));
  };
  const options = {
    recursive: false,
    settleMs: 0,
    everyMs: 5,
    signal: abort.signal,
    mayChange: () => false,
    onUnreadable,
  };
  for await (const settled of settledFiles(folder, options)) {
    expect([...settled]).toEqual(['a.png']);
    abort.abort();
  }
  expect(told).toBe(1);
});

test('a burst of files is made, each once, and what is renamed or gone meanwhile is accounted for', async () => {
  const { input, open } = await batchWithFakeModel();
  await using opened = await open();
  const { batch } = opened;
  const names = Array.from({ length: 50 }, (_, i) => `p${i}.png`);
  const bytes = await photoBytes(1, 8, 8);
  await Promise.all(names.map((name) => writeFile(join(input, name), bytes)));
  await batch.addNew(new Set(names));
  await rm(join(input, 'p40.png'));
  await rename(join(input, 'p41.png'), join(input, 'renamed.png'));
  expect(await opened.run()).toEqual({ in: 50, done: 48, skipped: 0, failed: 2 });
  await batch.addNew(new Set(['renamed.png']));
  expect(await opened.run()).toEqual({ in: 51, done: 49, skipped: 0, failed: 2 });
}, 60_000);

test('a file that was taken too early is made when it is whole', async () => {
  const { input, open } = await batchWithFakeModel();
  await using opened = await open();
  const whole = await photoBytes(1);
  await writeFile(join(input, 'slow.png'), whole.subarray(0, 200));
  await opened.batch.addNew(new Set(['slow.png']));
  expect(await opened.run()).toMatchObject({ failed: 1 });
  expect([...opened.batch.failedInputs]).toEqual(['slow.png']);
  await writeFile(join(input, 'slow.png'), whole);
  await opened.batch.addNew(new Set(['slow.png']));
  expect(await opened.run()).toEqual({ in: 1, done: 1, skipped: 0, failed: 0 });
});
