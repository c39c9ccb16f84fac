/**
 * Builds the two packs of networks that make maps of rendered scenes, beside the embedded model:
 *
 *   node out/make-map-packs.mjs native-models/training/runs/maps/maps.safetensors [folder of packs]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildMapPack } from '../../native-models/extractors/map-net/build.ts';

const [checkpoint, packs = 'native-models/packs'] = process.argv.slice(2);
if (checkpoint === undefined) throw new Error('usage: make-map-packs <maps.safetensors> [folder]');
const program = JSON.parse(await readFile('package.json', 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
};
const app = { version: program.version, onnxruntime: program.dependencies['onnxruntime-node']! };
for (const kind of ['depth', 'segmentation'] as const) {
  const out = join(packs, `scene-${kind}`);
  const pack = await buildMapPack({ checkpoint, kind, out, app });
  console.log(`${out}: ${pack.files.reduce((sum, { bytes }) => sum + bytes, 0)} bytes`);
}
