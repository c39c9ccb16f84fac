import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { projectId } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import { readProject } from '#node/projects/project-reader.ts';
import { startFileThread } from '#node/projects/start-file-thread.ts';
import { openPixels } from '#node/projects/stores.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const program = fileURLToPath(new URL('../../out/file-thread.cjs', import.meta.url));

async function setUp() {
  const folder = temporaryFolder();
  const photo = join(folder, 'photo.png');
  writeFileSync(
    photo,
    await sharp({ create: { width: 300, height: 200, channels: 3, background: '#c85' } })
      .png()
      .toBuffer(),
  );
  const dataFolder = join(folder, 'data');
  return { folder, photo, work: startFileThread(program, dataFolder), ...openPixels(dataFolder) };
}

test('the thread opens, saves and flattens; its blobs are those of the process', async () => {
  const { folder, photo, work, blobs } = await setUp();
  const { records, isProject } = await work.open({ path: photo }, 'photo.png');
  expect(isProject).toBe(false);
  const { source } = new DocumentStore(records).require(projectId);
  expect(await blobs.has(source!.blob)).toBe(true);
  const path = join(folder, 'work.ora');
  expect(await work.save(records, path)).toEqual({ blob: null, notices: [] });
  expect((await readProject(path, 'work.ora', blobs)).records).toEqual(records);
  const image = records.find((record) => record.type === 'image')!;
  const layers = [{ pixels: image, mask: null, offset: { x: 10, y: 0 }, opacity: 1, blend: 'normal' as const }];
  const seen = { name: 'seen', extent: { width: 300, height: 200 }, depth: 8 as const, profile: null, layers };
  const png = await work.flatten(seen);
  expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 300, height: 200 });
});

test('failures come back with their codes, in words, and nothing half-written is left', async () => {
  const { folder, photo, work } = await setUp();
  writeFileSync(join(folder, 'no.png'), 'no picture');
  await expect(work.open({ path: join(folder, 'no.png') }, 'no.png')).rejects.toMatchObject({
    code: 'image-unreadable',
    message: expect.stringContaining('no.png') as string,
  });
  const { records } = await work.open({ path: photo }, 'photo.png');
  await expect(work.save(records, join(folder, 'nowhere', 'a.ora'))).rejects.toMatchObject({
    code: 'output-folder-missing',
  });
  expect(readdirSync(folder).sort()).toEqual(['data', 'no.png', 'photo.png']);
});

test('a thread that cannot run is told, and not waited for', async () => {
  const lost = startFileThread(join(temporaryFolder(), 'gone.cjs'), temporaryFolder());
  await expect(lost.open({ path: 'a.png' }, 'a.png')).rejects.toMatchObject({ code: 'files-stopped' });
  await expect(lost.open({ path: 'a.png' }, 'a.png')).rejects.toMatchObject({ code: 'files-stopped' }); // a new one was tried
});
