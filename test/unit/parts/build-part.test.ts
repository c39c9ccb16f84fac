import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { buildPart } from '../../../native-models/parts/build-part.ts';
import type { Part } from '../../../native-models/parts/part.ts';
import { temporaryFolder } from '../../helpers/checkpoint-files.ts';

/** A part with one weight of `count` values. */
const partOf = (count: number, read: () => Promise<Uint8Array>): Part => ({
  name: 'part',
  fingerprint: '1',
  graphs: [{ name: 'graph', build: (g) => void g.output('out', g.weight('w', 'f32', [count], read), 'f32', [count]) }],
});

test('a part that the disk has no room for is refused before anything is read or written', async () => {
  const folder = await temporaryFolder({});
  const part = partOf(2 ** 48, () => Promise.reject(new Error('read')));
  await expect(buildPart(part, folder)).rejects.toMatchObject({
    code: 'out-of-space',
    data: { needed: expect.any(Number) as number, free: expect.any(Number) as number, folder },
  });
  expect(await readdir(folder)).toEqual([]);
});

test('a disk that becomes full while a part is written leaves nothing of it', async () => {
  const folder = await temporaryFolder({});
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const part = partOf(4, () => Promise.reject(full));
  await expect(buildPart(part, folder)).rejects.toMatchObject({ code: 'out-of-space', data: { part: 'part' } });
  expect(await readdir(folder)).toEqual([]);
});
