// Kills a process that paints and saves at random moments, and checks that nothing that was acknowledged is lost: the journal gives back the
// document after the last gesture, and the project file is whole, as it was saved last or as it was being saved.
//   node out/kill-documents.mjs [--points 30] [--seed 1]; needs a build
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import type { FileHandle } from '#common/contract/documents.ts';
import { addLayer, replaceTiles, setLayerLook } from '#common/document/layer-commands.ts';
import { patchOf } from '#common/document/patch.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentRecord } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import { tileBounds, tileCount } from '#common/document/tiles.ts';
import { BlobStore } from '#node/blobs/blob-store.ts';
import { packTile, unpackTile } from '#node/blobs/pack-tile.ts';
import { Documents } from '#node/projects/documents.ts';
import { readProject } from '#node/projects/project-reader.ts';
import { openStores } from '#node/projects/stores.ts';
import { randomNumbers } from './random-numbers.mjs';

const extent = { width: 1500, height: 1000 };
const saveEvery = 4; // gestures
const maxLines = 60; // of a process before it is killed
const maxDelayMs = 40; // from a line to the kill
const thread = fileURLToPath(new URL('file-thread.cjs', import.meta.url));
const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    paint: { type: 'string' }, // folder: this is the process that is killed
  },
});

/** What the process says: before it does something, and once it is done. */
type Said = Readonly<Record<'gesture' | 'written' | 'saving' | 'saved', string | undefined>>;

/** A document in a few letters, in whichever order its fields are. */
const nameOf = (records: readonly DocumentRecord[]): string =>
  createHash('sha256')
    .update(JSON.stringify([...records].sort((a, b) => (a.id < b.id ? -1 : 1)).map(inOrder)))
    .digest('hex')
    .slice(0, 16);

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([key, field]) => [key, inOrder(field)]));
}

/** Paints and saves until it is killed. */
async function paint(folder: string): Promise<void> {
  const say = (said: object) => process.stdout.write(`${JSON.stringify(said)}\n`);
  const stores = openStores(join(folder, 'data'), thread);
  const documents = new Documents({ ...stores, version: '0' });
  const grant = (name: string): FileHandle => {
    const handle = randomUUID() as FileHandle;
    stores.files.grant(handle, join(folder, name));
    return handle;
  };
  const { document, records } = await documents.open({ handle: grant('photo.png') });
  const store = new DocumentStore(records);
  const handle = grant('work.ora');
  let patch = patchOf({ added: {}, updated: {}, removed: {} });
  store.onChange(({ diff }) => (patch = patchOf(diff)));
  const { image } = store.require(store.require(projectId).layerOrder[0]!);
  const gesture = async (change: () => void) => {
    change();
    const name = nameOf(store.all());
    say({ gesture: name });
    await documents.append(document, patch);
    say({ written: name });
  };
  const layer = { name: 'Strokes', image: store.require(image) };
  await gesture(() => void addLayer(store, layer));
  const painted = store.require(store.require(projectId).layerOrder[1]!);
  let saving: Promise<void> = Promise.resolve();
  const save = async () => {
    const all = store.all();
    say({ saving: nameOf(all) });
    await documents.save(document, all, { handle, mayReplace: true });
    say({ saved: nameOf(all) });
  };
  for (let count = 1; ; count++) {
    const index = (count * 7) % tileCount(extent);
    const { width, height } = tileBounds(extent, index);
    const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i * 7 + count) % (3 + (count % 200)));
    const tile = await stores.blobs.put(await packTile({ width, height, channels: 4, depth: 8, data }));
    await gesture(() => {
      if (count % 3 === 0) setLayerLook(store, painted.id, { opacity: (count % 100) / 100 });
      else replaceTiles(store, painted.image, new Map([[index, tile]]));
    });
    if (count % saveEvery !== 0) continue;
    await saving;
    saving = save(); // meanwhile it paints on
  }
}

/** Runs it until it has said so many lines, and some milliseconds longer. @returns the last of each kind that it said */
async function killed(folder: string, lines: number, delayMs: number): Promise<Said> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--paint', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let said: Said = { gesture: undefined, written: undefined, saving: undefined, saved: undefined };
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    said = { ...said, ...(JSON.parse(line) as Partial<Said>) };
    if (++count === lines) setTimeout(() => child.kill('SIGKILL'), delayMs);
  }
  await ended;
  return said;
}

/** What does not hold after a kill. */
async function problems(folder: string, said: Said): Promise<string[]> {
  const found: string[] = [];
  const stores = openStores(join(folder, 'data'));
  await using documents = new Documents({ ...stores, version: '0' });
  const [left] = await documents.recoverable();
  const expected = [said.written, said.gesture];
  if (left) {
    const { records } = await documents.recover(left.document);
    if (!expected.includes(nameOf(records))) found.push('the journal has another document');
    await readAll(records, stores.blobs).catch((error: unknown) => found.push(`pixels are lost: ${String(error)}`));
  } else if (said.written !== said.saved) found.push('the journal has nothing');
  const path = join(folder, 'work.ora');
  const isThere = readdirSync(folder).includes('work.ora');
  if (!isThere) return said.saved === undefined ? found : [...found, 'the project file is gone'];
  const elsewhere = new BlobStore(join(folder, 'elsewhere')); // as on another machine
  const project = await readProject(path, 'work.ora', elsewhere).catch(() => undefined);
  if (!project || project.notices.length > 0) return [...found, 'the project file is damaged'];
  const layers = project.records.filter(({ type }) => type === 'layer').length;
  if (layers !== 2) found.push(`the project file has ${layers} layers`);
  await readAll(project.records, elsewhere).catch((error: unknown) =>
    found.push(`its pixels are lost: ${String(error)}`),
  );
  return found;
}

async function readAll(records: readonly DocumentRecord[], blobs: BlobStore): Promise<void> {
  for (const record of records) {
    if (record.type !== 'image') continue;
    for (const tile of record.tiles) if (tile) unpackTile(await blobs.get(tile));
  }
}

async function main(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'editar-kill-'));
  const random = randomNumbers(Number(values.seed));
  const points = Number(values.points);
  try {
    const photo = sharp({ create: { ...extent, channels: 3, background: '#c86432' } });
    const png = await photo.png().toBuffer();
    console.log('| point | killed after | while saving | unfinished files beside the project | problems |');
    console.log('| --- | --- | --- | --- | --- |');
    let bad = 0;
    for (let point = 1; point <= points; point++) {
      const folder = mkdtempSync(join(root, 'point-'));
      writeFileSync(join(folder, 'photo.png'), png);
      const [lines, delayMs] = [2 + Math.floor(random() * maxLines), Math.floor(random() * maxDelayMs)];
      const said = await killed(folder, lines, delayMs);
      const parts = readdirSync(folder).filter((name) => name.endsWith('.part')).length;
      const wrong = await problems(folder, said);
      if (wrong.length > 0) bad++;
      const cells = [point, `line ${lines} + ${delayMs} ms`, said.saving === said.saved ? 'no' : 'yes', parts];
      console.log(`| ${[...cells, wrong.join('; ') || 'none'].join(' | ')} |`);
      rmSync(folder, { recursive: true });
    }
    console.log(`${points} points, ${bad} with problems`);
    process.exitCode = bad === 0 ? 0 : 1;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

await (values.paint === undefined ? main() : paint(values.paint));
