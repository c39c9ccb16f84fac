import { expect, test } from 'vitest';

import { ZipArchive } from '../../../native-models/checkpoint/zip.ts';
import { memorySource, zipBytes } from '../../helpers/checkpoint-files.ts';
import { turnsDuring } from '../../helpers/turns.ts';

const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
const open = (bytes: Uint8Array) => ZipArchive.open(memorySource(bytes));

test('reads stored records whole and in part', async () => {
  const zip = await open(
    zipBytes([
      { name: 'a/x', data },
      { name: 'a/ü', data: new Uint8Array() },
    ]),
  );
  expect([...zip.records.keys()]).toEqual(['a/x', 'a/ü']);
  const record = zip.records.get('a/x')!;
  expect(await zip.read(record)).toEqual(data);
  expect(await zip.read(record, 2, 3)).toEqual(Uint8Array.of(3, 4, 5));
  expect(await zip.locate(record)).toBe(33);
});

test('checks the checksum even when only a part of a record is read', async () => {
  const zip = await open(zipBytes([{ name: 'a', data, crc: 1 }]));
  await expect(zip.read(zip.records.get('a')!, 0, 1)).rejects.toThrow('checksum of "a" is wrong');
});

test('ignores an end signature inside the comment and refuses two that fit', async () => {
  const fake = `PK\x05\x06${'\0'.repeat(18)}`;
  expect((await open(zipBytes([{ name: 'a', data }], `${fake}tail`))).records.size).toBe(1);
  await expect(open(zipBytes([{ name: 'a', data }], fake))).rejects.toThrow('two end records');
});

test.each([
  ['compressed records', { method: 8 }, /compressed/],
  ['encrypted records', { flags: 1 }, /encrypted/],
])('refuses %s', async (_, odd, message) => {
  await expect(open(zipBytes([{ name: 'a', data, ...odd }]))).rejects.toThrow(message);
});

test('refuses duplicate names', async () => {
  await expect(
    open(
      zipBytes([
        { name: 'a', data },
        { name: 'a', data },
      ]),
    ),
  ).rejects.toThrow('holds "a" twice');
});

test('refuses bytes between the directory and the end record', async () => {
  const bytes = zipBytes([{ name: 'a', data }]);
  const split = bytes.length - 22;
  await expect(open(Buffer.concat([bytes.subarray(0, split), Buffer.of(0), bytes.subarray(split)]))).rejects.toThrow(
    'does not lie where the end record says',
  );
});

test('refuses a record whose own header tells another name', async () => {
  const bytes = zipBytes([{ name: 'abc', data }]);
  bytes.write('x', 30);
  const zip = await open(bytes);
  await expect(zip.read(zip.records.get('abc')!)).rejects.toThrow('contradicts the zip directory');
});

test('lets others run while it checks a large record', async () => {
  const large = new Uint8Array(3 * 2 ** 23).fill(1);
  const zip = await open(zipBytes([{ name: 'a', data: large }]));
  const turns = await turnsDuring(() => zip.read(zip.records.get('a')!));
  expect(turns).toBeGreaterThanOrEqual(2);
});
