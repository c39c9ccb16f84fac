import { utimesSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clearStorage, storageUsage } from '#node/projects/storage.ts';
import { openStores } from '#node/projects/stores.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const hourMs = 60 * 60 * 1000;

function setUp() {
  const folder = temporaryFolder();
  const stores = openStores(folder);
  const age = (path: string, hours: number) => {
    const then = (Date.now() - hours * hourMs) / 1000;
    utimesSync(path, then, then);
  };
  const blob = async (bytes: number, hours: number) => {
    const id = await stores.blobs.put(new Uint8Array(bytes).fill(hours));
    age(stores.blobs.path(id), hours);
    return id;
  };
  const pictures = join(folder, 'layer-pictures');
  mkdirSync(pictures);
  const picture = (name: string, bytes: number, hours: number) => {
    writeFileSync(join(pictures, `${name}.png`), new Uint8Array(bytes));
    age(join(pictures, `${name}.png`), hours);
  };
  return { stores, blob, picture };
}

test('packed layers and old blobs that nothing names can be cleared, the rest stays', async () => {
  const { stores, blob, picture } = setUp();
  await blob(100, 1);
  await blob(20, 30);
  const listed = await blob(3, 40);
  await stores.recent.note({ name: 'a.png', isProject: false, file: { blob: listed } });
  picture('packed', 5000, 2);
  expect(await storageUsage(stores)).toEqual({ bytes: 5123, clearable: 5020 });
  expect(await clearStorage(stores)).toEqual({ bytes: 103, clearable: 0 });
  expect(await stores.blobs.has(listed)).toBe(true);
});

test('of packed layers the oldest go first, and none that was just used', async () => {
  const { stores, picture } = setUp();
  for (const [name, hours] of [
    ['old', 9],
    ['newer', 5],
    ['now', 0],
  ] as const)
    picture(name, 100, hours);
  await stores.pictures.limit(250);
  expect((await stores.pictures.files()).map(({ path }) => path.split(/[/\\]/).at(-1))).toEqual([
    'newer.png',
    'now.png',
  ]);
  await stores.pictures.limit(0);
  expect(await stores.pictures.files()).toHaveLength(1);
});
