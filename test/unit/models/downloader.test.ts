import { createHash } from 'node:crypto';
import { open, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { downloadFile } from '#node/models/downloader.ts';
import type { Download } from '#node/models/downloader.ts';
import { ModelLibrary } from '#node/models/model-library.ts';
import { writeFakePack } from '../../helpers/fake-pack.ts';
import { startRangeServer } from '../../helpers/range-server.ts';
import type { RangeServer } from '../../helpers/range-server.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const bytes = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7) % 253);
const sha256 = createHash('sha256').update(bytes).digest('hex');

/** Fetches 30,000 bytes, after which the server is gone. */
async function breakOff(server: RangeServer, folder: string): Promise<void> {
  server.files.get('w')!.cuts = [30_000, 0, 0, 0, 0];
  const onProgress = (done: number): void => {
    if (done === 30_000) server.breakConnections();
  };
  await expect(downloadFile(into(server, folder), { onProgress, pauseMs: 0 })).rejects.toMatchObject({
    code: 'download-failed',
  });
}

const into = (server: RangeServer, folder: string): Download => ({
  url: `${server.url}w`,
  path: join(folder, 'w'),
  bytes: bytes.length,
  sha256,
});

test('goes on where a connection broke, and reports what is on the disk', async () => {
  await using server = await startRangeServer({ w: { bytes, etag: '"1"', cuts: [20_000, 0] } });
  const folder = temporaryFolder();
  const seen: number[] = [];
  await downloadFile(into(server, folder), {
    pauseMs: 0,
    onProgress: (done) => {
      seen.push(done);
      if (done === 20_000) server.breakConnections();
    },
  });
  expect(new Uint8Array(await readFile(join(folder, 'w')))).toEqual(bytes);
  expect(await readdir(folder)).toEqual(['w']);
  expect(server.requests[0]).toBe('all');
  expect(server.requests.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(bytes.length);
});

test('keeps what came before it failed, and a later attempt fetches the rest alone', async () => {
  await using server = await startRangeServer({ w: { bytes, etag: '"1"' } });
  const folder = temporaryFolder();
  await breakOff(server, folder);
  expect((await readdir(folder)).sort()).toEqual(['w.part', 'w.part.json']);
  const before = server.bytesSent;
  await downloadFile(into(server, folder));
  expect(server.bytesSent - before).toBe(bytes.length - 30_000);
  expect(new Uint8Array(await readFile(join(folder, 'w')))).toEqual(bytes);
});

test.each([
  ['has another version of the file', '"2"'],
  ['does not tell versions apart', undefined],
])('begins anew when the server %s', async (_, etag) => {
  const other = bytes.map((byte) => byte ^ 1);
  await using server = await startRangeServer({ w: { bytes: other, etag: '"1"' } });
  const folder = temporaryFolder();
  await breakOff(server, folder);
  server.files.set('w', { bytes, etag });
  await downloadFile(into(server, folder));
  expect(new Uint8Array(await readFile(join(folder, 'w')))).toEqual(bytes);
});

test.each([
  ['other content', bytes.map((byte) => byte ^ 1), /not what was published/],
  ['too few bytes', bytes.subarray(1), /49999 bytes instead of 50000/],
  ['too many bytes', new Uint8Array([...bytes, 1]), /50001 bytes instead of 50000/],
])('deletes %s', async (_, served, reason) => {
  await using server = await startRangeServer({ w: { bytes: served, etag: '"1"' } });
  const folder = temporaryFolder();
  await expect(downloadFile(into(server, folder))).rejects.toMatchObject({
    code: 'download-damaged',
    data: { reason: expect.stringMatching(reason) as string },
  });
  expect(await readdir(folder)).toEqual([]);
});

test('stops when told to, keeping what came', async () => {
  await using server = await startRangeServer({ w: { bytes, etag: '"1"', cuts: [30_000] } });
  const folder = temporaryFolder();
  const abort = new AbortController();
  const onProgress = (): void => abort.abort(new Error('stop'));
  await expect(downloadFile(into(server, folder), { signal: abort.signal, onProgress })).rejects.toThrow('stop');
  expect(await readdir(folder)).toContain('w.part');
});

test('asks for nothing where the disk has no room, and leaves nothing when it becomes full', async () => {
  await using server = await startRangeServer({ w: { bytes, etag: '"1"' } });
  const folder = temporaryFolder();
  const huge = { ...into(server, folder), bytes: 2 ** 60 };
  await expect(downloadFile(huge)).rejects.toMatchObject({ code: 'disk-full' });
  expect(server.requests).toEqual([]);
  const probe = await open(join(folder, 'probe'), 'w');
  await probe.close();
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  const write = vi.spyOn(Object.getPrototypeOf(probe) as typeof probe, 'write').mockRejectedValue(full);
  await expect(downloadFile(into(server, folder))).rejects.toMatchObject({ code: 'disk-full' });
  write.mockRestore();
  expect(await readdir(folder)).toEqual(['probe']);
});

test('a model at an address is installed whole, after an attempt that broke off', async () => {
  const root = temporaryFolder();
  await writeFakePack(join(root, 'source'), 'far');
  const served = async (file: string) => new Uint8Array(await readFile(join(root, 'source', file)));
  await using server = await startRangeServer({
    'far/pack.json': { bytes: await served('pack.json') },
    'far/weights.data': { bytes: await served('weights.data'), etag: '"1"', cuts: [0, 0, 0, 0] },
  });
  const library = new ModelLibrary({ embedded: join(root, 'embedded'), user: join(root, 'user') });
  await expect(library.add(`${server.url}far`, { pauseMs: 0 })).rejects.toMatchObject({ code: 'download-failed' });
  expect(await library.list()).toEqual([]);
  const done: [string, number, number][] = [];
  await library.add(`${server.url}far`, { onProgress: (...step) => done.push(step) });
  expect((await library.verify('far')).pack.id).toBe('far');
  expect(done.at(-1)).toEqual(['weights.data', 7, 7]);
  expect(await readdir(join(root, 'user'))).toEqual(['far']);
  await expect(library.add(`${server.url}far/pack.json`)).rejects.toMatchObject({ code: 'model-exists' });
  await expect(library.add(`${server.url}near`)).rejects.toMatchObject({ code: 'download-failed' });
  await expect(library.add('http://example.org/far')).rejects.toMatchObject({ code: 'download-failed' });
});
