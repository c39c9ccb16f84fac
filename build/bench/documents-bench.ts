// What opening, saving and exporting a document of 24 megapixels with ten layers costs. The last line of output is JSON.
//   node out/documents-bench.mjs [folder for the stores]
// Pauses are processor time of the main thread between two turns of its event loop, so other work on the machine counts little (Linux only;
// elsewhere by the clock).
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { BlobId } from '#common/contract/blobs.ts';
import type { DocumentId, FileHandle, SaveTarget } from '#common/contract/documents.ts';
import { addLayer, replaceTiles } from '#common/document/layer-commands.ts';
import { projectId } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import { tileBounds, tileCount } from '#common/document/tiles.ts';
import { packTile } from '#node/blobs/pack-tile.ts';
import { Documents } from '#node/projects/documents.ts';
import { openStores } from '#node/projects/stores.ts';

const extent = { width: 6000, height: 4000 };
const layerCount = 10;
const strokeTiles = 10;

interface Cost {
  readonly name: string;
  readonly processorMs: number; // all threads
  readonly ms: number;
  readonly pauseMs: number; // the longest
}
const costs: Cost[] = [];

/** Milliseconds the main thread has worked. */
function mainThreadMs(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

async function measure<T>(name: string, work: () => Promise<T>): Promise<T> {
  let [last, pauseMs] = [mainThreadMs(), 0];
  const look = () => {
    const now = mainThreadMs();
    pauseMs = Math.max(pauseMs, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  const [before, started] = [process.cpuUsage(), performance.now()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  const ms = performance.now() - started;
  look();
  clearInterval(timer);
  costs.push({ name, processorMs: (user + system) / 1000, ms, pauseMs });
  return result;
}

/** Noise-like content of photographs over soft shades, as bytes of RGBA. @param seed another one, another picture */
function photoTile({ x, y, width, height }: ReturnType<typeof tileBounds>, seed: number, alpha: number): Uint8Array {
  const data = new Uint8Array(width * height * 4);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i += 4) {
      const shade = 128 + 70 * Math.sin((x + column) / 300 + seed) * Math.cos((y + row) / 200 + seed);
      const at = (seed * 7919 + (y + row) * 6007 + (x + column) * 3) % (noise.length - 3);
      for (let c = 0; c < 3; c++) data[i + c] = shade + c * 9 + noise[at + c]!;
      data[i + 3] = alpha;
    }
  }
  return data;
}

const noise = Int8Array.from({ length: 1_000_003 }, () => (Math.random() + Math.random() + Math.random() - 1.5) * 5);

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'documents-bench-'));
try {
  const stores = openStores(join(folder, 'data'), fileURLToPath(new URL('file-thread.cjs', import.meta.url)));
  await using documents = new Documents({ ...stores, version: '0' });
  const grant = (name: string): SaveTarget & { handle: FileHandle } => {
    const handle = randomUUID() as FileHandle;
    stores.files.grant(handle, join(folder, name));
    return { handle, mayReplace: true };
  };
  const tile = async (index: number, seed: number, alpha: number): Promise<BlobId> => {
    const bounds = tileBounds(extent, index);
    const { width, height } = bounds;
    const data = photoTile(bounds, seed, alpha);
    return stores.blobs.put(await packTile({ width, height, channels: 4, depth: 8, data }));
  };

  const photo = photoTile({ x: 0, y: 0, ...extent }, 0, 255);
  await sharp(photo, { raw: { ...extent, channels: 4 } })
    .removeAlpha()
    .jpeg({ quality: 95 })
    .toFile(join(folder, 'photo.jpg'));
  const { document, records } = await measure('opening a photo', () => documents.open(grant('photo.jpg')));
  const store = new DocumentStore(records);
  for (let seed = 1; seed < layerCount; seed++) {
    const tiles: BlobId[] = [];
    for (let index = 0; index < tileCount(extent); index++) tiles.push(await tile(index, seed, 160));
    addLayer(store, { name: `Layer ${seed}`, opacity: 0.5, image: { extent, channels: 4, depth: 8, tiles } });
  }
  const save = (id: DocumentId = document) => documents.save(id, store.all(), grant('work.ora'));
  await measure('first save', () => save());
  const { image } = store.require(store.require(projectId).layerOrder[4]!);
  const changed = new Map<number, BlobId>();
  for (let i = 0; i < strokeTiles; i++) changed.set(24 * 3 + 5 + i, await tile(24 * 3 + 5 + i, 99, 200));
  replaceTiles(store, image, changed);
  await measure(`save after a stroke over ${strokeTiles} tiles`, () => save());
  await measure('save when nothing changed', () => save());
  const options = { quality: 92, keepsMetadata: true, keepsPlace: true, hasRecipe: true } as const;
  await measure('export as JPEG', () =>
    documents.export(document, store.all(), { ...options, format: 'jpeg' }, grant('out.jpg')),
  );
  await measure('export for Photoshop', () =>
    documents.export(document, store.all(), { ...options, format: 'psd' }, grant('out.psd')),
  );
  await measure('opening the project', () => documents.open(grant('work.ora')));
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ costs, peakMiB }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
