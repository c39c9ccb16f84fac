import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Settling } from '#node/batch/watch.ts';
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
