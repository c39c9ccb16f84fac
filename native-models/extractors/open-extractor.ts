import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../errors.ts';
import { readPack, type OpenedPack, type Pack } from '../parts/pack.ts';
import { openSession } from '../runtime/open.ts';
import type { Session } from '../runtime/session.ts';
import { zDepthConfig, zSegmentationConfig } from './config.ts';
import { DenseExtractor } from './dense.ts';
import { DepthExtractor } from './depth.ts';
import type { MapExtractor } from './extractor.ts';
import { readWorlds } from './familiarity.ts';
import { QueriesExtractor } from './segmentation.ts';

/** Opens the pack of a network that makes maps: family `depth` or `segmentation`, part `network` with one `.onnx` file first.
 * @throws ModelError `pack-invalid`, `unsupported`, `out-of-memory` */
export async function openExtractor(folder: string): Promise<MapExtractor> {
  const opened = await readPack(folder);
  const { pack } = opened;
  if (pack.family !== 'depth' && pack.family !== 'segmentation') {
    throw new ModelError('unsupported', `the model ${pack.id} makes no maps: it is of the family ${pack.family}`);
  }
  const graph = pack.parts.network?.find((file) => file.endsWith('.onnx'));
  if (!graph) throw new ModelError('pack-invalid', `${pack.id} has no part “network” with an .onnx file`, { folder });
  const make = await factoryFor(opened);
  const session = await openSession(join(folder, graph));
  try {
    ensureInterface(pack, session);
    return make(session);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** Reads what the pack says before its graph is opened. */
async function factoryFor(opened: OpenedPack): Promise<(session: Session) => MapExtractor> {
  const { pack } = opened;
  const about = { title: pack.title, note: pack.note, worlds: await readWorlds(opened) };
  if (pack.family === 'depth') {
    const config = configOf(pack, zDepthConfig);
    return (session) => new DepthExtractor(about, config, session);
  }
  const config = configOf(pack, zSegmentationConfig);
  return config.form === 'dense'
    ? (session) => new DenseExtractor(about, config, session)
    : (session) => new QueriesExtractor(about, config, session);
}

function configOf<T extends z.ZodType>({ id, config }: Pack, schema: T): z.infer<T> {
  const parsed = schema.safeParse(config);
  if (!parsed.success) throw new ModelError('pack-invalid', `config of ${id}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Names a graph must have, so that a wrong one is refused here and not in the middle of a picture. */
function ensureInterface({ id, family, config }: Pack, { inputs, outputs }: Session): void {
  const wanted = family === 'depth' ? ['predicted_depth'] : outputsOfForm[config.form as keyof typeof outputsOfForm];
  const lacking = [
    ...['pixel_values'].filter((name) => !inputs.some((input) => input.name === name)),
    ...wanted.filter((name) => !outputs.some((output) => output.name === name)),
  ];
  if (lacking.length > 0) throw new ModelError('pack-invalid', `the graph of ${id} lacks ${lacking.join(', ')}`);
}

const outputsOfForm = {
  detr: ['logits', 'pred_masks'],
  maskformer: ['class_queries_logits', 'masks_queries_logits'],
  dense: ['logits'],
} as const;
