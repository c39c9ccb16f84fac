import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { BlobId } from '#common/contract/blobs.ts';
import { openPicture, setCanvas, setCondition } from '#common/document/canvas-commands.ts';
import { addLayer, duplicateLayer, setLayerLook } from '#common/document/layer-commands.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentRecord } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import { encodeTile } from '#common/document/tile-codec.ts';
import { tileBounds, tileCount } from '#common/document/tiles.ts';
import { acceptVersion, addVersion } from '#common/document/version-commands.ts';
import { BlobStore } from '#node/blobs/blob-store.ts';
import { decodeImage } from '#node/images/decode.ts';
import { flattenDocument, wholeRaster } from '#node/images/flatten.ts';
import { builtInProfile } from '#node/images/to-srgb.ts';
import { keepSelection } from '#common/document/selection-commands.ts';
import { LayerPictures } from '#node/projects/layer-pictures.ts';
import { readProject } from '#node/projects/project-reader.ts';
import { writeProject } from '#node/projects/project-writer.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const byId = (records: readonly DocumentRecord[]) => Object.fromEntries(records.map((record) => [record.id, record]));

interface Kind {
  readonly depth: 8 | 16;
  readonly channels: 1 | 4;
}

/** An image of made-up pixels. */
async function imageOf(blobs: BlobStore, width: number, height: number, { depth, channels }: Kind, seed: number) {
  const extent = { width, height };
  const tiles: BlobId[] = [];
  for (let index = 0; index < tileCount(extent); index++) {
    const tile = tileBounds(extent, index);
    const most = depth === 8 ? 256 : 65_536;
    const value = (_: unknown, i: number) => (i * 37 + (i >> 9) * 101 + seed * 7919) % most;
    const length = tile.width * tile.height * channels;
    const data = depth === 8 ? Uint8Array.from({ length }, value) : Uint16Array.from({ length }, value);
    tiles.push(await blobs.put(encodeTile({ ...tile, channels, depth, data })));
  }
  return { extent, channels, depth, tiles };
}

/** A document with everything in it. */
async function fullDocument(blobs: BlobStore, depth: 8 | 16): Promise<DocumentStore> {
  const rgba = { depth, channels: 4 } as const;
  const source = { blob: await blobs.put(new Uint8Array([1, 2, 3])), name: 'photo.tif' };
  const profile = await blobs.put(await builtInProfile('p3'));
  const store = openPicture({ name: 'photo.tif', image: await imageOf(blobs, 300, 270, rgba, 1), profile, source });
  const version = addVersion(store, {
    ...{ recipe: { instruction: 'red', sampling: { cfg: 3 } }, ids: [1, -1, 3], sourceIds: [1, 2, 3] },
    ...{ seed: 7, model: 'mini', title: 'red', createdAt: 5, thumbnail: await blobs.put(new Uint8Array([9])) },
    picture: {
      image: await imageOf(blobs, 100, 90, rgba, 2),
      mask: await imageOf(blobs, 100, 90, { depth: 8, channels: 1 }, 3),
      offset: { x: 250, y: 200 },
    },
  });
  const layer = acceptVersion(store, version, 'Red <car> & “co” \t1');
  setLayerLook(store, layer, { opacity: 0.25, blend: 'multiply', isLocked: true });
  addVersion(store, { recipe: {}, ids: [], seed: 0, model: 'mini', title: 'later', createdAt: 6, parent: version });
  duplicateLayer(store, store.require(projectId).layerOrder[0]!, 'copy');
  setLayerLook(store, store.require(projectId).layerOrder[1]!, { isVisible: false });
  const map = await imageOf(blobs, 300, 270, { depth: 8, channels: 1 }, 4);
  const recipe = { version: 1, extract: { kind: 'canny', detector: 'opencv' } };
  setCondition(store, { kind: 'canny', extractor: 'OpenCV 100/200', image: map, recipe });
  const classes = await imageOf(blobs, 300, 270, { depth: 8, channels: 4 }, 5);
  setCondition(store, { kind: 'segmentation', extractor: 'By hand', image: classes, names: { 3: 'my car' } });
  const strengths = await imageOf(blobs, 280, 40, { depth: 8, channels: 1 }, 6);
  keepSelection(store, { name: 'Sky', image: strengths, offset: { x: 5, y: 6 } });
  setCanvas(store, { x: 20, y: 10, width: 320, height: 280 });
  return store;
}

function setUp(folder = temporaryFolder()) {
  const blobs = new BlobStore(join(folder, 'blobs'));
  const pictures = new LayerPictures(join(folder, 'pictures'));
  const path = join(folder, 'project.ora');
  const save = async (records: readonly DocumentRecord[], options?: { hasHistory: boolean }) => {
    await using file = await open(path, 'w');
    await writeProject(file, records, { blobs, pictures }, options);
  };
  return { folder, blobs, path, save };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);

/** Comparing a million numbers one by one takes a test its time. */
const isAs = (expected: ArrayBufferView) => (actual: ArrayBufferView) => bytesOf(actual).equals(bytesOf(expected));

const seen = async (records: readonly DocumentRecord[], blobs: BlobStore) =>
  (await wholeRaster(flattenDocument(records, blobs))).data;

test.each([8, 16] as const)(
  'everything of a document of %i bits comes back, on a machine that has none of it',
  async (depth) => {
    const { blobs, path, save } = setUp();
    const store = await fullDocument(blobs, depth);
    await save(store.all());
    const elsewhere = new BlobStore(temporaryFolder());
    const { records, notices } = await readProject(path, 'project.ora', elsewhere);
    expect(notices).toEqual([]);
    const tiles = (all: readonly DocumentRecord[]) =>
      all.map((one) => (one.type === 'image' ? { ...one, tiles: [] } : one));
    expect(byId(tiles(records))).toEqual(byId(tiles(store.all()))); // tiles may be packed anew
    expect(await seen(records, elsewhere)).toSatisfy(isAs(await seen(store.all(), blobs)));
    const { source, profile } = new DocumentStore(records).require(projectId);
    expect(await elsewhere.get(source!.blob)).toEqual(Buffer.from([1, 2, 3]));
    expect(Buffer.from(await elsewhere.get(profile!))).toEqual(Buffer.from(await builtInProfile('p3')));
    for (const record of records) {
      if (record.type !== 'image') continue;
      for (const tile of record.tiles) if (tile) await elsewhere.get(tile);
    }
  },
);

test('what recipes need to be run again comes back: masks and maps; what is missing already stays missing', async () => {
  const { blobs, path, save } = setUp();
  const store = await fullDocument(blobs, 8);
  const [mask, map] = [await blobs.put(new Uint8Array([5])), await blobs.put(new Uint8Array([6]))];
  const bounds = { x: 0, y: 0, width: 1, height: 1 };
  const made = { ids: [], seed: 0, model: 'mini', title: 'again', createdAt: 7 };
  addVersion(store, { ...made, recipe: { selection: { mask, bounds } } });
  addVersion(store, { ...made, recipe: { map: { picture: map, bounds } } });
  addVersion(store, { ...made, recipe: { selection: { mask: 'e'.repeat(64), bounds } } });
  addVersion(store, { ...made, recipe: { selection: { mask: '../etc/passwd' } } });
  await save(store.all());
  const elsewhere = new BlobStore(temporaryFolder());
  expect((await readProject(path, 'project.ora', elsewhere)).notices).toEqual([]);
  expect([...(await elsewhere.get(mask))]).toEqual([5]);
  expect([...(await elsewhere.get(map))]).toEqual([6]);
});

test('the file is one that programs for OpenRaster open', async () => {
  const { blobs, path, save } = setUp();
  const store = await fullDocument(blobs, 16);
  await save(store.all());
  const bytes = readFileSync(path);
  expect(bytes.subarray(30, 54).toString('latin1')).toBe('mimetypeimage/openraster'); // first, stored, without extra fields
  const files = unzipSync(bytes); // another reader's opinion
  const xml = new TextDecoder().decode(files['stack.xml']);
  expect(xml).toContain('<image version="0.0.6" w="320" h="280">');
  const [top, hidden, bottom] = [...xml.matchAll(/<layer .*?\/>/g)].map(([layer]) => layer);
  expect(top).toContain(
    'name="Red &#60;car&#62; &#38; “co” &#9;1" src="data/layer2.png" x="230" y="190" opacity="0.25"',
  );
  expect(top).toContain('composite-op="svg:multiply" edit-locked="true"');
  expect(hidden).toContain('visibility="hidden"');
  expect(bottom).toContain('x="-20" y="-10" opacity="1" visibility="visible" composite-op="svg:src-over"');
  const merged = await decodeImage(files['mergedimage.png']!);
  expect(merged.raster).toMatchObject({ width: 320, height: 280, depth: 16 });
  expect(merged.raster.data).toSatisfy(isAs(await seen(store.all(), blobs)));
  expect(merged.raster.profile).toBeDefined();
  const thumbnail = await sharp(files['Thumbnails/thumbnail.png']).metadata();
  expect([thumbnail.format, Math.max(thumbnail.width, thumbnail.height)]).toEqual(['png', 256]);
});

test('saving again packs only what changed, and the same document is the same file', async () => {
  const { blobs, folder, path, save } = setUp();
  const store = await fullDocument(blobs, 8);
  await save(store.all());
  const [first, pictures] = [readFileSync(path), readdirSync(join(folder, 'pictures'))];
  await save(store.all());
  expect(readFileSync(path).equals(first)).toBe(true);
  const added = addLayer(store, { name: 'new', image: await imageOf(blobs, 9, 9, { depth: 8, channels: 4 }, 9) });
  await save(store.all());
  const kept = () => readdirSync(join(folder, 'pictures')).length;
  expect(kept()).toBe(pictures.length + 1); // its rows: it lies beside the canvas
  setLayerLook(store, added, { offset: { x: 20, y: 10 } });
  await save(store.all());
  expect(kept()).toBe(pictures.length + 3); // the upper rows of the whole, not the lower ones, and the small picture
  setLayerLook(store, added, { isVisible: false });
  await save(store.all());
  expect(kept()).toBe(pictures.length + 3); // the whole is as it was
});

test('where its tiles are still there nothing is unpacked; where one is gone, or a layer was painted elsewhere, its PNG is read', async () => {
  const { blobs, path, save } = setUp();
  const store = await fullDocument(blobs, 8);
  await save(store.all());
  const tilesOf = (records: readonly DocumentRecord[]) => {
    const all = new DocumentStore(records);
    return all.require(all.require(all.require(projectId).layerOrder[0]!).image).tiles;
  };
  const own = tilesOf(store.all());
  expect(tilesOf((await readProject(path, 'project.ora', blobs)).records)).toEqual(own); // the very same, not packed anew
  const files = unzipSync(readFileSync(path));
  const white = sharp({ create: { width: 300, height: 270, channels: 4, background: '#ffffff' } });
  const png = new Uint8Array(await white.png().toBuffer());
  writeFileSync(path, zipSync({ ...files, 'data/layer0.png': png, 'data/layer1.png': png }, { level: 0 })); // one is a copy of the other
  expect(tilesOf((await readProject(path, 'project.ora', blobs)).records)).not.toEqual(own);
  await save(store.all());
  rmSync(blobs.path(own.find((tile) => tile !== null)!));
  expect(tilesOf((await readProject(path, 'project.ora', blobs)).records).filter((tile) => tile)).toHaveLength(
    own.filter((tile) => tile).length,
  );
});

test('without our folder the layers are opened, as plain ones, and this is said', async () => {
  const { blobs, path, save } = setUp();
  const store = await fullDocument(blobs, 16);
  await save(store.all(), { hasHistory: false });
  expect(Object.keys(unzipSync(readFileSync(path))).some((name) => name.startsWith('editar/'))).toBe(false);
  const { records, notices } = await readProject(path, 'project.ora', blobs);
  expect(notices).toEqual([
    'The file has no history: another program saved it, or removed it. Its layers were opened.',
  ]);
  expect(records.map(({ type }) => type).sort()).toEqual([
    'image',
    'image',
    'image',
    'layer',
    'layer',
    'layer',
    'project',
  ]);
  const plain = new DocumentStore(records);
  const project = plain.require(projectId);
  expect(project).toMatchObject({ canvas: { x: 0, y: 0, width: 320, height: 280 }, depth: 16 });
  expect(plain.require(project.layerOrder[2]!)).toMatchObject({
    name: 'Red <car> & “co” \t1',
    opacity: 0.25,
    blend: 'multiply',
  });
  const [after, before] = [await seen(records, blobs), await seen(store.all(), blobs)];
  expect(after.length).toBe(before.length);
  let worst = 0;
  for (let i = 0; i < after.length; i++) worst = Math.max(worst, Math.abs(after[i]! - before[i]!));
  expect(worst).toBeLessThanOrEqual(2); // of 65535: the mask went into the alpha, which rounds
});

/** A saved project with some of its entries replaced. */
async function changed(change: (files: Record<string, Uint8Array>) => void) {
  const { blobs, path, save } = setUp();
  await save((await fullDocument(blobs, 8)).all());
  const files = unzipSync(readFileSync(path));
  change(files);
  const { mimetype, ...rest } = files;
  writeFileSync(path, zipSync({ mimetype: [mimetype!, { level: 0 }], ...rest }));
  return await readProject(path, 'project.ora', new BlobStore(temporaryFolder()));
}

/** Removes what lies in a folder. */
function removeAll(files: Record<string, Uint8Array>, folder: string): void {
  for (const name of Object.keys(files)) if (name.startsWith(folder)) Reflect.deleteProperty(files, name);
}

const text = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const documentIn = (files: Record<string, Uint8Array>) =>
  JSON.parse(new TextDecoder().decode(files['editar/document.json'])) as { version: number; records: DocumentRecord[] };

test('a project that other programs packed again is still whole', async () => {
  const { records, notices } = await changed(() => undefined);
  expect([notices, records.filter(({ type }) => type === 'version').length]).toEqual([[], 2]);
});

test('a project of a newer form is refused, and says so', async () => {
  const newer = changed((files) => (files['editar/document.json'] = text({ ...documentIn(files), version: 99 })));
  await expect(newer).rejects.toMatchObject({ code: 'project-too-new', data: { path: 'project.ora', version: 99 } });
});

test.each<[string, (files: Record<string, Uint8Array>) => void]>([
  ['records that are none', (files) => (files['editar/document.json'] = text('{"version":1'))],
  [
    'records that do not belong together',
    (files) => {
      const saved = documentIn(files);
      files['editar/document.json'] = text({ ...saved, records: saved.records.filter(({ type }) => type !== 'image') });
    },
  ],
  [
    'a missing blob',
    (files) => {
      removeAll(files, 'editar/blobs/');
    },
  ],
  [
    'a blob that is another',
    (files) => {
      for (const name of Object.keys(files)) if (name.startsWith('editar/blobs/')) files[name] = text('other');
    },
  ],
])('with a history damaged by %s, the layers are opened and this is said', async (_, damage) => {
  const { records, notices } = await changed(damage);
  expect(notices[0]).toMatch(/^The history is damaged \(.+\)\. The layers were opened\.$/);
  expect(records.filter(({ type }) => type === 'layer')).toHaveLength(3);
});

test.each<[string, (files: Record<string, Uint8Array>) => void]>([
  ['no list of layers', (files) => delete files['stack.xml']],
  ['a layer without its picture', (files) => delete files['data/layer0.png']],
  ['a layer that is no picture', (files) => (files['data/layer0.png'] = text('no'))],
  ['a list that is none', (files) => (files['stack.xml'] = text('<image w="3"'))],
])('a file with %s is refused in words', async (_, damage) => {
  const plain = changed((files) => {
    removeAll(files, 'editar/');
    damage(files);
  });
  await expect(plain).rejects.toMatchObject({ code: 'project-unreadable', data: { path: 'project.ora' } });
});

test('cut off anywhere, a file is refused and never taken for another', async () => {
  const { blobs, path, save } = setUp();
  await save((await fullDocument(blobs, 8)).all());
  const whole = readFileSync(path);
  for (const part of [0, 0.1, 0.5, 0.9, 0.999]) {
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length * part)));
    const read = readProject(path, 'project.ora', blobs);
    await expect(read, String(part)).rejects.toMatchObject({ code: 'project-unreadable' });
  }
});

const samples = new URL('../../samples/projects/', import.meta.url);

test.each(readdirSync(samples).filter((name) => name.endsWith('.ora')))(
  'the old project %s opens and saves as it should',
  async (name) => {
    const { blobs, path, save } = setUp();
    const expected = JSON.parse(readFileSync(new URL(name.replace('.ora', '.json'), samples), 'utf8')) as object;
    const { records, notices } = await readProject(new URL(name, samples).pathname, name, blobs);
    expect(notices).toEqual([]);
    const outline = (all: readonly DocumentRecord[]) =>
      byId(all.map((one) => (one.type === 'image' ? { ...one, tiles: one.tiles.length as never } : one)));
    expect(JSON.parse(JSON.stringify(outline(records)))).toEqual(expected);
    await save(records);
    expect(outline((await readProject(path, name, blobs)).records)).toEqual(outline(records));
  },
);
