import { writeFileSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { ZipReader } from '#node/projects/zip-reader.ts';
import { ZipWriter } from '#node/projects/zip-writer.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const text = (value: string) => new TextEncoder().encode(value);

async function readerOf(bytes: Uint8Array): Promise<ZipReader> {
  const path = join(temporaryFolder(), 'a.zip');
  writeFileSync(path, bytes);
  return await ZipReader.open(await open(path, 'r'));
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1_000_000) yield await Promise.resolve(bytes.subarray(at, at + 1_000_000));
}

test('what is written, another reader reads, and so do we', async () => {
  const path = join(temporaryFolder(), 'a.zip');
  const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => i * i);
  const file = await open(path, 'w');
  const zip = new ZipWriter(file);
  await zip.add('mimetype', text('image/openraster'));
  await zip.add('ä/packed.txt', text('x'.repeat(10_000)), { isPacked: true });
  await zip.add('empty', new Uint8Array(), { isPacked: true });
  await zip.addPieces('data/large.bin', piecesOf(bytes), bytes.length);
  await zip.addPieces('data/maybe-huge.bin', piecesOf(bytes.subarray(0, 9)), 2 ** 33);
  await zip.finish();
  await file.close();
  const files = unzipSync(readFileSync(path));
  expect(Object.keys(files)).toEqual(['mimetype', 'ä/packed.txt', 'empty', 'data/large.bin', 'data/maybe-huge.bin']);
  expect(Buffer.from(bytes).equals(files['data/large.bin']!)).toBe(true);
  const reader = await readerOf(readFileSync(path));
  expect(new TextDecoder().decode(await reader.read('ä/packed.txt', 1e6))).toBe('x'.repeat(10_000));
  expect((await reader.read('empty', 10)).length).toBe(0);
  expect(Buffer.from(bytes).equals(await reader.read('data/large.bin', 1e7))).toBe(true);
  expect(Array.from(await reader.read('data/maybe-huge.bin', 1e7))).toEqual(Array.from(bytes.subarray(0, 9)));
  await expect(reader.read('data/large.bin', 1e6)).rejects.toThrow('too large');
  await expect(reader.read('none', 1e6)).rejects.toThrow('none is missing');
});

test.each(['../a', '/a', 'a/../../b', 'C:/a', 'a\\b', '..'])('the name %s is refused', async (name) => {
  await expect(readerOf(zipSync({ [name]: text('x') }))).rejects.toThrow('points outside');
});

test('an entry that unpacks to more than it says is refused', async () => {
  const bomb = Buffer.from(zipSync({ bomb: [new Uint8Array(1_000_000), { level: 9 }] }));
  const directory = bomb.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
  bomb.writeUInt32LE(1000, directory + 24); // unpacked size
  await expect((await readerOf(bomb)).read('bomb', 1e6)).rejects.toThrow('cannot be unpacked');
});

test('damage is noticed', async () => {
  const whole = Buffer.from(zipSync({ a: [text('hello hello'), { level: 0 }] }));
  whole[35]! ^= 1;
  await expect((await readerOf(whole)).read('a', 100)).rejects.toThrow('a is damaged');
  await expect(readerOf(new Uint8Array(100))).rejects.toThrow('no zip archive');
  await expect(readerOf(new Uint8Array())).rejects.toThrow('no zip archive');
  const twice = Buffer.from(zipSync({ a: text('1'), b: text('2') }));
  twice[twice.lastIndexOf('b')] = 'a'.charCodeAt(0);
  await expect(readerOf(twice)).rejects.toThrow('a is there twice');
  const far = Buffer.from(zipSync({ a: text('1') }));
  far.writeUInt32LE(5000, far.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1')) + 42);
  await expect(readerOf(far)).rejects.toThrow('a is cut off');
});
