import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { decodeImage } from '../../electron/node/images/decode.ts';
import { encodeImage } from '../../electron/node/images/encode.ts';
import { editar, jsonLines } from '../helpers/cli.ts';
import { depthStandIn, detrStandIn, writeExtractorPack } from '../helpers/extractor-packs.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { greyImage } from '../unit/conditions/pictures.ts';

const golden = fileURLToPath(new URL('../golden/cases/canny-opencv', import.meta.url));
const photo = join(golden, 'in/coffee.png');
const samples = fileURLToPath(new URL('../../native-models/packs/mini/samples', import.meta.url));
const scene = join(samples, 'meadow.png');

/** Pixels of a map as 0 and 1, by their hash, as the golden cases have them. */
async function hashOf(file: string): Promise<string> {
  const { raster } = await decodeImage(file);
  expect(raster.channels).toBe(1);
  const bits = Uint8Array.from(raster.data, (value) => value / 255);
  return createHash('sha256').update(bits).digest('hex');
}

async function goldenHash(key: string): Promise<string | undefined> {
  const cases = JSON.parse(await readFile(join(golden, 'cases.json'), 'utf8')) as Record<string, string>[];
  return cases.find((one) => one.key === key)?.sha256_of_01_bytes;
}

const writeGrey = (file: string, at: (x: number, y: number) => number) =>
  encodeImage({ ...greyImage(40, 20, at), channels: 3, depth: 8 }, file);

test('a picture becomes the very edges OpenCV finds, as a PNG of grey values', async () => {
  const folder = temporaryFolder();
  const out = join(folder, 'edges.png');
  const usual = await editar(['conditions', photo, '--kind', 'canny', '-o', out, '--json']);
  expect(jsonLines(usual)).toEqual([
    { type: 'finished', image: photo, out, width: 200, height: 160, madeBy: 'Canny (opencv), 100 and 200' },
  ]);
  expect([usual.code, await hashOf(out)]).toEqual([0, await goldenHash('coffee|100|200')]);

  const lower = ['--low', '50', '--high', '150', '--detector', 'opencv'];
  const plain = await editar(['conditions', photo, '--kind', 'canny', '-o', out, ...lower]);
  expect([plain.stdout, await hashOf(out)]).toEqual([`${out}\n`, await goldenHash('coffee|50|150')]);
});

test('a folder: every picture has its map, one bad file is one line, maps are no pictures', async () => {
  const folder = temporaryFolder();
  const [photos, maps] = [join(folder, 'photos'), join(folder, 'maps')];
  await mkdir(photos);
  await copyFile(photo, join(photos, 'a.png'));
  await copyFile(photo, join(photos, 'a.webp')); // the same stem
  await copyFile(photo, join(photos, '.hidden.png'));
  await writeFile(join(photos, 'broken.jpg'), 'no picture');
  await writeFile(join(photos, 'notes.txt'), 'not even an ending');
  await writeGrey(join(photos, 'c.canny.png'), () => 0);
  const args = ['conditions', photos, '--kind', 'canny', '--detector', 'editar', '-o', maps, '--json'];
  const result = await editar(args);
  expect(result.code).toBe(6);
  expect(jsonLines(result)).toMatchObject([
    { type: 'finished', image: join(photos, 'a.png'), out: join(maps, 'a.canny.png') },
    { type: 'finished', image: join(photos, 'a.webp'), out: join(maps, 'a_2.canny.png') },
    { type: 'failed', image: join(photos, 'broken.jpg'), code: 'image-unreadable' },
  ]);
  expect((await readdir(maps)).sort()).toEqual(['a.canny.png', 'a_2.canny.png']);
});

test('interrupted in a folder, it tells how many maps there are', async () => {
  const folder = temporaryFolder();
  const [photos, maps] = [join(folder, 'photos'), join(folder, 'maps')];
  await mkdir(photos);
  for (let i = 0; i < 60; i++) await copyFile(photo, join(photos, `p${i}.png`));
  const args = ['conditions', photos, '--kind', 'canny', '-o', maps];
  const result = await editar(args, { onOutput: (_, child) => child.kill('SIGINT') });
  const { length } = await readdir(maps);
  expect(result.code).toBe(130);
  expect(length).toBeLessThan(60);
  expect(result.stderr).toMatch(
    new RegExp(`^editar: stopped with ${length} maps? made, which are kept\neditar: cancelled\n$`),
  );
});

test('installed networks make depth and segmentation maps, the latter with their legend', async () => {
  const folder = temporaryFolder();
  const env = { EDITAR_DATA: join(folder, 'data') };
  const depthConfig = { side: 28, sizing: 'closest', multiple: 14, filter: 'bicubic', normalization: 'imagenet' };
  await writeExtractorPack(join(folder, 'depth'), 'depth', depthStandIn(), depthConfig);
  const detrConfig = { form: 'detr', shortest: 32, longest: 64, labels: 'coco-category' };
  await writeExtractorPack(join(folder, 'seg'), 'segmentation', detrStandIn([63, 88]), detrConfig);
  for (const pack of ['depth', 'seg']) {
    const added = await editar(['models', 'add', join(folder, pack)], { env });
    expect(added.code).toBe(0);
  }
  const picture = join(folder, 'photo.png');
  await writeGrey(picture, (x) => (x < 20 ? 250 : 0));

  const depth = await editar(['conditions', picture, '--kind', 'depth', '-o', join(folder, 'd.png')], { env });
  expect([depth.code, depth.stderr]).toEqual([0, '']);
  const { raster } = await decodeImage(join(folder, 'd.png'));
  expect([raster.width, raster.height, raster.data[39]]).toEqual([40, 20, 0]);
  expect(raster.data[0]).toBeGreaterThan(245); // the filter overshoots beside the step

  const out = join(folder, 'photo.seg.png');
  const seg = await editar(['conditions', picture, '--kind', 'segmentation', '-o', out, '--json'], { env });
  expect(jsonLines(seg)).toMatchObject([
    { out, legend: join(folder, 'photo.seg.json'), madeBy: 'Stand-in segmentation' },
  ]);
  const legend = JSON.parse(await readFile(join(folder, 'photo.seg.json'), 'utf8')) as object;
  expect(legend).toMatchObject({
    madeBy: 'Stand-in segmentation',
    classes: [{ name: 'couch' }, { name: 'teddy bear' }],
  });
});

test('what comes with the program makes maps of its own scenes, and says of a photograph that it does not know such', async () => {
  const env = { EDITAR_DATA: join(temporaryFolder(), 'data') };
  const out = join(temporaryFolder(), 'map.png');
  for (const kind of ['depth', 'segmentation']) {
    const args = ['conditions', scene, '--kind', kind, '-o', out, '--json'];
    const own = await editar(args, { env });
    expect([own.code, own.stderr]).toEqual([0, '']);
    const madeBy = `Scene ${kind}. It knows only rendered scenes like those of the embedded model, not photographs`;
    expect(jsonLines(own)).toMatchObject([{ madeBy, width: 128, height: 128 }]);

    const other = await editar(['conditions', photo, '--kind', kind, '-o', out, '--json'], { env });
    expect(other.stderr).toMatch(/This picture is unlike those that Scene .* not photographs\./);
    expect(jsonLines(other)).toMatchObject([{ notices: [expect.stringContaining('its map means little')] }]);
  }
});

test.each([
  ['no kind', 2, ['conditions', photo, '-o', 'x.png']],
  ['a map that is no PNG', 2, ['conditions', photo, '--kind', 'canny', '-o', 'x.jpg']],
  [
    "thresholds of OpenCV for EditAR's detector",
    2,
    ['conditions', photo, '--kind', 'canny', '--detector', 'editar', '--low', '100', '-o', 'x.png'],
  ],
  ['the picture as its own map', 2, ['conditions', photo, '--kind', 'canny', '-o', photo]],
  ['no such picture', 3, ['conditions', 'none.png', '--kind', 'canny', '-o', 'x.png']],
  ['an empty folder', 3, ['conditions', '.', '--kind', 'canny', '-o', 'maps']],
  ['no such network', 4, ['conditions', photo, '--kind', 'depth', '--model', 'none', '-o', 'x.png']],
])('%s ends with code %i', async (_, code, args) => {
  const cwd = temporaryFolder();
  const result = await editar([...args], { cwd, env: { EDITAR_DATA: join(cwd, 'data') } });
  expect([result.code, result.stdout]).toEqual([code, '']);
  expect(result.stderr).toMatch(/^editar: /);
  expect(await readdir(cwd)).toEqual([]);
});
