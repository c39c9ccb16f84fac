import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { EngineMessage } from '#common/contract/edit-order.ts';
import { decodeTile } from '#common/document/tile-codec.ts';
import { startBrowserHost } from '../../electron/server/browser-host.ts';
import { createPaintingEngine } from '../helpers/painting-engine.ts';
import type { PaintingSettings } from '../helpers/painting-engine.ts';
import { connectTo, cookieFor, get, openSocket } from '../helpers/socket-client.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function start(settings: Omit<PaintingSettings, 'folder'> = {}) {
  const folder = temporaryFolder();
  const pageFolder = join(folder, 'page');
  mkdirSync(join(pageFolder, 'assets'), { recursive: true });
  writeFileSync(join(pageFolder, 'index.html'), '<h1>page</h1>');
  writeFileSync(join(pageFolder, 'assets', 'a.js'), '1');
  writeFileSync(join(folder, 'secret.json'), 'secret');
  const engine = await createPaintingEngine({ folder, ...settings });
  const host = await startBrowserHost({ ...engine, pageFolder });
  const { address, origin } = host;
  onTestFinished(async () => {
    await host[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });
  return { address, origin, engine: engine.services.engine, folder };
}

const photo = (width = 300, height = 200) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 100, b: 50 } } })
    .png()
    .toBuffer();

/** Refused sockets say so in the answer to the upgrade. */
async function refusal(url: string, headers: Record<string, string>): Promise<string> {
  const socket = new WebSocket(url, { headers });
  const [error] = (await once(socket, 'error')) as [Error];
  return error.message;
}

test('the token lets a browser in once and moves to a cookie no script can read', async () => {
  const { address, origin } = await start();
  const { pathname, search } = new URL(address);
  const first = await get(origin, pathname + search);
  expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
  expect(first.headers['set-cookie']![0]).toMatch(/^editar-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  const cookie = await cookieFor(address);
  expect(await get(origin, '/', { cookie })).toMatchObject({ status: 200, body: '<h1>page</h1>' });
  expect(await get(origin, '/assets/a.js', { cookie })).toMatchObject({ status: 200, body: '1' });
});

test('without the cookie, or with a wrong one, nothing is served', async () => {
  const { origin } = await start();
  const wrong = `editar-${new URL(origin).port}=${'x'.repeat(43)}`;
  for (const headers of [{}, { cookie: wrong }, { cookie: 'editar=1' }] as Record<string, string>[]) {
    expect(await get(origin, '/', headers)).toMatchObject({ status: 403 });
    expect(await get(origin, '/assets/a.js', headers)).toMatchObject({ status: 403 });
  }
  expect(await get(origin, '/?token=wrong')).toMatchObject({ status: 403 });
});

test('answers carry the policy and allow no other origin', async () => {
  const { address, origin } = await start();
  const { headers } = await get(origin, '/', { cookie: await cookieFor(address), origin: 'http://evil.example' });
  expect(headers['content-security-policy']).toContain(`default-src 'none'; script-src 'self';`);
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test('another Host, as a name made to point here would send, is refused', async () => {
  const { address, origin } = await start();
  const cookie = await cookieFor(address);
  const { port } = new URL(origin);
  for (const host of ['evil.example', `evil.example:${port}`, `localhost:${port}`]) {
    expect(await get(origin, '/', { cookie, host })).toMatchObject({ status: 421 });
  }
});

test.each(['/../secret.json', '/..%2fsecret.json', '/%2e%2e/secret.json', '/assets/../../secret.json', '/secret.json'])(
  'nothing outside of the page is served: %s',
  async (path) => {
    const { address, origin } = await start();
    expect(await get(origin, path, { cookie: await cookieFor(address) })).toMatchObject({ status: 404 });
  },
);

test('only reading is answered', async () => {
  const { address, origin } = await start();
  const cookie = await cookieFor(address);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    expect(await get(origin, '/', { cookie }, method)).toMatchObject({ status: 405 });
  }
  expect(await get(origin, '/', { cookie }, 'HEAD')).toMatchObject({ status: 200, body: '' });
});

test('a socket needs the cookie, our origin, our host and the right path', async () => {
  const { address, origin } = await start();
  const cookie = await cookieFor(address);
  const socket = origin.replace('http', 'ws');
  expect(await refusal(`${socket}/rpc`, { origin })).toContain('403');
  expect(await refusal(`${socket}/rpc`, { cookie })).toContain('403');
  expect(await refusal(`${socket}/rpc`, { cookie, origin: 'http://evil.example' })).toContain('403');
  expect(await refusal(`${socket}/rpc`, { cookie, origin: 'null' })).toContain('403');
  expect(await refusal(`${socket}/rpc`, { cookie, origin, host: 'evil.example' })).toContain('421');
  expect(await refusal(`${socket}/other`, { cookie, origin })).toContain('404');
});

test('a socket that sends text or bytes that are no frame is closed', async () => {
  const { address, origin } = await start();
  const headers = { origin, cookie: await cookieFor(address) };
  for (const message of ['text', Buffer.from([1, 2, 3])]) {
    const socket = await openSocket(origin, headers);
    socket.send(message);
    await once(socket, 'close');
  }
});

test('a batch over a granted folder goes on when its page is gone, and another page finds it', async () => {
  const { address, folder } = await start();
  mkdirSync(join(folder, 'photos'));
  for (const name of ['a.png', 'b.png']) writeFileSync(join(folder, 'photos', name), await photo());
  const first = await connectTo(address);
  const { folders, batch } = first.services;
  const [root] = await folders.roots();
  const input = (await folders.inside(root.handle, 'photos')).handle;
  const output = (await folders.inside(input, 'edited')).handle;
  const order = { input, output, recipe: { version: 1, instruction: 'swap' }, options: {} };
  expect((await batch.preview(order)).items.map((item) => item.output)).toEqual(['a.png', 'b.png']);
  await batch.start(order);
  first.socket.close();
  const { services } = await connectTo(address);
  await vi.waitFor(async () => expect((await services.batch.current())!.status).toBe('finished'), { timeout: 20_000 });
  const { id, items, finished } = (await services.batch.current())!;
  expect(finished).toMatchObject({ in: 2, done: 2, skipped: 0, failed: 0 });
  expect(items.map(({ state }) => state)).toEqual(['done', 'done']);
  expect(
    (await sharp((await services.batch.thumbnail({ batch: id, index: 1, side: 'after', variant: 0 }))!).metadata())
      .width,
  ).toBe(300);
  const stranger = { ...order, input: '6f2a4b1e-0000-4000-8000-000000000000' as never };
  await expect(services.batch.start(stranger)).rejects.toMatchObject({ code: 'invalid-call' });
});

test('an edit streams bands and ends with a picture, over the socket', async () => {
  const { services } = await connectTo((await start()).address);
  const bytes = await photo();
  const blob = await services.blobs.put(bytes);
  expect(Buffer.from(await services.blobs.get(blob)).equals(bytes)).toBe(true);
  expect(await services.models.list()).toMatchObject([{ id: 'mini', ready: { imageSize: 256, grid: 16 } }]);

  const { messages, last } = follow(services.engine);
  const job = await services.engine.edit({ picture: { blob, name: 'photo.png' }, instruction: 'swap the colours' });
  const finished = await last;
  expect(new Set(messages.map((message) => message.job))).toEqual(new Set([job]));
  const bands = messages.flatMap(({ message }) => (message.type === 'preview' ? [message] : []));
  expect(bands.map(({ row }) => row)).toEqual(Array.from({ length: 16 }, (_, row) => row));
  expect([bands[3].width, bands[3].rgb.length]).toEqual([256, 256 * 16 * 3]);
  expect([...bands[3].rgb.subarray(0, 3)]).toEqual([50, 100, 200]);
  if (finished.type !== 'finished') throw new Error(JSON.stringify(finished));
  const { offset, pixels, mask } = finished.pictures[0].patch!;
  expect([offset, pixels.extent, mask!.extent]).toEqual([{ x: 0, y: 0 }, { width: 300, height: 200 }, pixels.extent]);
  const tile = decodeTile(await services.blobs.get(pixels.tiles[1]!));
  expect(tile).toMatchObject({ width: 44, height: 200, channels: 4, depth: 8 }); // 256 to 300
  expect([...tile.data.subarray(0, 4)]).toEqual([50, 100, 200, 255]);
  expect(decodeTile(await services.blobs.get(mask!.tiles[0]!))).toMatchObject({ width: 256, channels: 1 });
});

test('a selection is a rectangle, or the strengths of one', async () => {
  const { services } = await connectTo((await start()).address);
  const picture = { blob: await services.blobs.put(await photo()), name: 'p.png' };
  const bounds = { x: 40, y: 30, width: 100, height: 80 };
  const strengths = await services.blobs.put(new Uint8Array(100 * 80).fill(255));
  const patches = [];
  for (const selection of [{ region: bounds }, { bounds, strengths }]) {
    const { last } = follow(services.engine);
    await services.engine.edit({ picture, instruction: 'x', selection });
    const finished = await last;
    if (finished.type !== 'finished') throw new Error(JSON.stringify(finished));
    patches.push(finished.pictures[0].patch);
  }
  expect(patches[0]!.offset).toEqual({ x: 15, y: 5 });
  expect(patches[0]!.pixels.extent).toEqual({ width: 150, height: 130 }); // and the ramp of 25 around it
  expect(patches[1]).toEqual(patches[0]);
});

test('strengths that do not fit the picture fail the job', async () => {
  const { services } = await connectTo((await start()).address);
  const picture = { blob: await services.blobs.put(await photo()), name: 'p.png' };
  const bounds = { x: 290, y: 0, width: 20, height: 1 };
  const selection = { bounds, strengths: await services.blobs.put(new Uint8Array(20).fill(1)) };
  const { last } = follow(services.engine);
  await services.engine.edit({ picture, instruction: 'x', selection });
  expect(await last).toMatchObject({ type: 'failed', code: 'unsupported-size' });
});

test('stopping keeps the rows that came, and waiting jobs can be put into another order', async () => {
  const { services } = await connectTo((await start({ stepMs: 40 })).address);
  const picture = { blob: await services.blobs.put(await photo()), name: 'p.png' };
  const { messages } = follow(services.engine);
  const jobs: string[] = [];
  for (const instruction of ['a', 'b', 'c']) jobs.push(await services.engine.edit({ picture, instruction }));
  await services.engine.moveBefore(jobs[2], jobs[1]);
  await expect.poll(() => messages.some(({ message }) => message.type === 'preview' && message.row > 1)).toBe(true);
  await services.engine.stop(jobs[0]);
  await expect.poll(() => messages.filter(({ message }) => message.type === 'cancelled')).toHaveLength(1);
  const { message } = messages.find(({ message: { type } }) => type === 'cancelled')!;
  if (message.type !== 'cancelled') throw new Error();
  expect(message.kept!.rows).toBeGreaterThan(1);
  expect(message.kept!.pictures[0].patch!.pixels.extent.height).toBeLessThan(200);
  await expect.poll(() => messages.filter(({ message }) => message.type === 'started')).toHaveLength(2);
  expect(messages.findLast(({ message }) => message.type === 'started')!.job).toBe(jobs[2]);
  await services.engine.cancel(jobs[2]);
  await services.engine.cancel(jobs[1]);
});

test('a picture that cannot be read fails by its own name, without the path of its copy', async () => {
  const { services } = await connectTo((await start()).address);
  const blob = await services.blobs.put(new TextEncoder().encode('no picture'));
  const { last } = follow(services.engine);
  await services.engine.edit({ picture: { blob, name: '../../etc/my holiday.jpg' }, instruction: 'x' });
  const failed = await last;
  expect(failed).toMatchObject({ type: 'failed', data: { path: 'my holiday.jpg' } });
  expect(JSON.stringify(failed)).not.toContain(blob);
});

test('what cannot be ordered is refused before anything starts', async () => {
  const { services } = await connectTo((await start()).address);
  const blob = await services.blobs.put(await photo());
  const picture = { blob, name: 'p.png' };
  const order = (more: object) => services.engine.edit({ picture, instruction: 'x', ...more });
  await expect(order({ square: { x: 0, y: 0, size: 9 }, fit: 'whole' })).rejects.toMatchObject({
    code: 'invalid-call',
  });
  await expect(order({ instruction: '  ' })).rejects.toMatchObject({ code: 'invalid-call' });
  await expect(order({ seed: -1 })).rejects.toMatchObject({ code: 'invalid-call' });
  await expect(order({ picture: { blob: '../../etc/passwd', name: 'x' } })).rejects.toMatchObject({
    code: 'invalid-call',
  });
  const unknown = '0'.repeat(64);
  await expect(order({ picture: { blob: unknown, name: 'x' } })).rejects.toMatchObject({
    code: 'blob-missing',
    data: { id: unknown },
  });
});

test('cancelling ends a job, and only the page that ordered it can', async () => {
  const { address } = await start({ stepMs: 40 });
  const [one, other] = [await connectTo(address), await connectTo(address)];
  const blob = await one.services.blobs.put(await photo());
  const { last, messages } = follow(one.services.engine);
  const job = await one.services.engine.edit({ picture: { blob, name: 'p.png' }, instruction: 'x' });
  await other.services.engine.cancel(job);
  await expect.poll(() => messages.some(({ message }) => message.type === 'preview')).toBe(true);
  await one.services.engine.cancel(job);
  expect(await last).toEqual({ type: 'cancelled' });
});

test('a page that goes away takes its jobs with it', async () => {
  const { address, engine } = await start({ stepMs: 50 });
  const [gone, staying] = [await connectTo(address), await connectTo(address)];
  const blob = await gone.services.blobs.put(await photo());
  for (let job = 0; job < 3; job++) {
    await gone.services.engine.edit({ picture: { blob, name: 'p.png' }, instruction: 'x', seed: job });
  }
  expect(engine.waiting).toHaveLength(2);
  gone.socket.terminate();
  await expect.poll(() => engine.waiting).toEqual([]);
  const { last } = follow(staying.services.engine);
  await staying.services.engine.edit({ picture: { blob, name: 'p.png' }, instruction: 'x' });
  expect(await last).toMatchObject({ type: 'finished' });
});

function follow(engine: { onMessage: (listener: (message: EngineMessage) => void) => unknown }) {
  const messages: EngineMessage[] = [];
  const last = new Promise<EngineMessage['message']>((resolve) => {
    engine.onMessage((message) => {
      messages.push(message);
      if (['finished', 'cancelled', 'failed'].includes(message.message.type)) resolve(message.message);
    });
  });
  return { messages, last };
}
