import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../errors.ts';
import { readPack, type Pack } from '../parts/pack.ts';
import { openSession } from '../runtime/open.ts';
import type { Session } from '../runtime/session.ts';
import { zDepthConfig, zSegmentationConfig } from './config.ts';
import { DenseExtractor } from './dense.ts';
import { DepthExtractor } from './depth.ts';
import type { MapExtractor } from './extractor.ts';
import { distanceOutput } from './familiarity.ts';
import { QueriesExtractor } from './segmentation.ts';

/** Opens the pack of a network that makes maps: family `depth` or `segmentation`, part `network` with one `.onnx` file first.
 * @throws ModelError `pack-invalid`, `unsupported`, `out-of-memory` */
export async function openExtractor(folder: string): Promise<MapExtractor> {
  const { pack } = await readPack(folder);
  if (pack.family !== 'depth' && pack.family !== 'segmentation') {
    throw new ModelError('unsupported', `the model ${pack.id} makes no maps: it is of the family ${pack.family}`);
  }
  const graph = pack.parts.network?.find((file) => file.endsWith('.onnx'));
  if (!graph) throw new ModelError('pack-invalid', `${pack.id} has no part “network” with an .onnx file`, { folder });
  const make = factoryFor(pack);
  const session = await openSession(join(folder, graph));
  try {
    ensureInterface(pack, session);
    return make(session);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** Reads the config before anything is opened. */
function factoryFor(pack: Pack): (session: Session) => MapExtractor {
  const { title, note, familiarPsnr } = pack;
  const about = { title, note, familiarPsnr };
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
function ensureInterface({ id, family, config, familiarPsnr }: Pack, { inputs, outputs }: Session): void {
  const wanted = [
    ...(family === 'depth' ? ['predicted_depth'] : outputsOfForm[config.form as keyof typeof outputsOfForm]),
    ...(familiarPsnr === undefined ? [] : [distanceOutput]),
  ];
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
