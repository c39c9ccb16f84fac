import { resolve } from 'node:path';
import { selectTensors } from '../../checkpoint/name-map.ts';
import { openCheckpoint } from '../../checkpoint/open-checkpoint.ts';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import type { Lookup } from '../../onnx/blocks.ts';
import { buildPart, forgetReceipts } from '../../parts/build-part.ts';
import { checkIsNew, fillPackFolder, writePack } from '../../parts/pack-folder.ts';
import { zPack, type Pack } from '../../parts/pack.ts';
import type { Part } from '../../parts/part.ts';
import { lookupIn } from '../../parts/weights-lookup.ts';
import { mapNetTensors, sceneSide, widthsOf, type MapNetConfig } from './config.ts';
import { buildMapGraph } from './graph.ts';

/** Where the pack of a network for maps of rendered scenes comes from and goes to. */
export interface BuildMapPackOptions {
  readonly checkpoint: string; // safetensors file that training/train_maps.py wrote
  readonly kind: MapNetConfig['kind'];
  readonly out: string; // folder of the new pack
  readonly app: { readonly version: string; readonly onnxruntime: string };
}

const usual = { side: sceneSide, filter: 'bilinear', normalization: 'half' } as const;
const configs = {
  depth: { ...usual, sizing: 'fixed', scale: 'levels' },
  segmentation: { ...usual, form: 'dense', labels: 'rendered-scenes' },
} as const;

/** Builds the pack. It appears under its name whole or not at all.
 * @throws ModelError `checkpoint-invalid`, `checkpoint-mismatch`, `out-of-space`, `invalid-input` (`out` exists already) */
export async function buildMapPack({ checkpoint, kind, out, app }: BuildMapPackOptions): Promise<Pack> {
  const folder = resolve(out);
  await checkIsNew(folder);
  await using source = await openCheckpoint(checkpoint);
  const part = mapPart(source, kind);
  return await fillPackFolder(folder, async (incoming) => {
    const files = await buildPart(part, incoming);
    const pack = zPack.parse({
      format: 1,
      ...{ id: `scene-${kind}`, title: `Scene ${kind}`, family: kind, variant: 'unet' },
      ...{ imageSize: sceneSide, precision: 'fp32', config: configs[kind] },
      parts: { network: files.map(({ file }) => file) },
      files: [...files],
      ...{ licence: { spdx: 'MIT' }, source: {} },
      madeBy: { app: app.version, onnxruntime: app.onnxruntime },
      note: 'It knows only rendered scenes like those of the embedded model, not photographs.',
    } satisfies Omit<Pack, 'grid' | 'sampling'>);
    await writePack(incoming, pack);
    await forgetReceipts([part], incoming);
    return pack;
  });
}

/** A part whose weights are those a graph asks for, in half precision: the other head stays behind. */
function mapPart(source: Checkpoint, kind: MapNetConfig['kind']): Part {
  const names = new Set(source.names());
  const widths = widthsOf((name) => (names.has(name) ? source.info(name).dims : undefined));
  const full = lookupIn(selectTensors(source, mapNetTensors(widths)));
  const weights: Lookup = (name) => ({ ...full(name), isHalf: true });
  const name = `scene-${kind}`;
  return {
    name,
    graphs: [{ name, build: (g) => buildMapGraph(g, weights, { kind, widths }) }],
    fingerprint: `${source.name} ${kind}`,
  };
}
