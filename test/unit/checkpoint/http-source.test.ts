import { expect, test } from 'vitest';
import { openHttpSource } from '../../../native-models/checkpoint/http-source.ts';
import { openCheckpoint } from '../../../native-models/checkpoint/open-checkpoint.ts';
import { floats, safetensorsBytes } from '../../helpers/checkpoint-files.ts';
import { startRangeServer } from '../../helpers/range-server.ts';

const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);

test('reads ranges, and asks again where a connection broke', async () => {
  await using server = await startRangeServer({ w: { bytes, etag: '"1"' } });
  await using source = await openHttpSource(`${server.url}w`, 0);
  expect(source).toMatchObject({ size: 5000, name: `${server.url}w` });
  expect(source.file).toBeUndefined();
  expect(await source.read(4000, 1000)).toEqual(bytes.subarray(4000));
  server.files.get('w')!.cuts = [0, 0, 0];
  expect(await source.read(100, 1000)).toEqual(bytes.subarray(100, 1100));
  expect(server.requests.filter((range) => range === 'bytes=100-1099').length).toBe(4);
  await expect(source.read(4999, 2)).rejects.toMatchObject({ code: 'checkpoint-invalid' });
});

test('gives up when nothing comes any more, and when the server has no such file', async () => {
  await using server = await startRangeServer({ w: { bytes } });
  await using source = await openHttpSource(`${server.url}w`, 0);
  server.files.get('w')!.cuts = [0, 0, 0, 0];
  await expect(source.read(0, 10)).rejects.toMatchObject({ code: 'download-failed' });
  server.files.clear();
  await expect(source.read(0, 10)).rejects.toMatchObject({ code: 'download-failed', data: { status: 404 } });
});

test('refuses a file that changes while it is read', async () => {
  await using server = await startRangeServer({ w: { bytes, etag: '"1"' } });
  await using source = await openHttpSource(`${server.url}w`, 0);
  server.files.set('w', { bytes, etag: '"2"' });
  await expect(source.read(0, 10)).rejects.toThrow('changed on the server while it was read');
});

test('refuses servers without ranges and addresses without encryption', async () => {
  await using server = await startRangeServer({ w: { bytes, ignoresRanges: true } });
  await expect(openHttpSource(`${server.url}w`)).rejects.toMatchObject({ code: 'unsupported' });
  await expect(openHttpSource('http://example.org/w')).rejects.toMatchObject({ code: 'invalid-input' });
});

test('of a checkpoint at an address only what is asked for is fetched', async () => {
  const large = Buffer.alloc(100_000);
  const file = safetensorsBytes(
    {
      wanted: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
      unwanted: { dtype: 'U8', shape: [100_000], data_offsets: [8, 100_008] },
    },
    Buffer.concat([floats(3, 4), large]),
  );
  await using server = await startRangeServer({ 'w.safetensors': { bytes: file } });
  await using checkpoint = await openCheckpoint(`${server.url}w.safetensors`);
  expect([...(await checkpoint.read('wanted'))]).toEqual([3, 4]);
  expect(checkpoint.info('wanted').location).toBeUndefined();
  expect(server.bytesSent).toBeLessThan(1000);
});
