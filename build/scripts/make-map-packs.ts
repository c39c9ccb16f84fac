/**
 * Builds the two packs of networks that make maps of rendered scenes, beside the embedded model:
 *
 *   node out/make-map-packs.mjs native-models/training/runs/maps/maps.safetensors [folder of packs]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildMapPack } from '../../native-models/extractors/map-net/build.ts';
import { knownWorlds } from '../../native-models/extractors/map-net/worlds.ts';
import { renderFrame } from '../../native-models/scenes/frame.ts';
import { BACKGROUNDS, SLOT_ORIGINS, STYLES, TILE } from '../../native-models/scenes/scene.ts';

const [checkpoint, packs = 'native-models/packs'] = process.argv.slice(2);
if (checkpoint === undefined) throw new Error('usage: make-map-packs <maps.safetensors> [folder]');
const program = JSON.parse(await readFile('package.json', 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
};
const app = { version: program.version, onnxruntime: program.dependencies['onnxruntime-node']! };
const empty = BACKGROUNDS.flatMap((background) =>
  STYLES.map((style) => renderFrame({ background, style, objects: [null, null, null] })),
);
const isInSlot = (x: number, y: number): boolean =>
  SLOT_ORIGINS.some(([left, top]) => x >= left && x < left + TILE && y >= top && y < top + TILE);
const worlds = knownWorlds(empty, (x, y) => !isInSlot(x, y));
for (const kind of ['depth', 'segmentation'] as const) {
  const out = join(packs, `scene-${kind}`);
  const pack = await buildMapPack({ checkpoint, kind, worlds, out, app });
  console.log(`${out}: ${pack.files.reduce((sum, { bytes }) => sum + bytes, 0)} bytes`);
}
