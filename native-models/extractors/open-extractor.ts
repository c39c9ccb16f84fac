import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../errors.ts';
import { readPack, type Pack } from '../parts/pack.ts';
import { openSession } from '../runtime/open.ts';
import type { Session } from '../runtime/session.ts';
import { zDepthConfig, zSegmentationConfig } from './config.ts';
import { DepthExtractor } from './depth.ts';
import type { MapExtractor } from './extractor.ts';
import { SegmentationExtractor } from './segmentation.ts';

/** Opens the pack of a network that makes maps: family `depth` or `segmentation`, part `network` with one `.onnx` file first.
 * @throws ModelError `pack-invalid`, `unsupported`, `out-of-memory` */
export async function openExtractor(folder: string): Promise<MapExtractor> {
  const { pack } = await readPack(folder);
  if (pack.family !== 'depth' && pack.family !== 'segmentation') {
    throw new ModelError('unsupported', `${pack.id} is a ${pack.family} pack, which makes no maps`);
  }
  const graph = pack.parts.network?.find((file) => file.endsWith('.onnx'));
  if (!graph) throw new ModelError('pack-invalid', `${pack.id} has no part “network” with an .onnx file`, { folder });
  const make =
    pack.family === 'depth'
      ? depthFactory(configOf(pack, zDepthConfig))
      : segmentationFactory(configOf(pack, zSegmentationConfig));
  const session = await openSession(join(folder, graph));
  try {
    ensureInterface(pack, session);
    return make(pack.title, session);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

const depthFactory = (config: z.infer<typeof zDepthConfig>) => (title: string, session: Session) =>
  new DepthExtractor(title, config, session);

const segmentationFactory = (config: z.infer<typeof zSegmentationConfig>) => (title: string, session: Session) =>
  new SegmentationExtractor(title, config, session);

function configOf<T extends z.ZodType>({ id, config }: Pack, schema: T): z.infer<T> {
  const parsed = schema.safeParse(config);
  if (!parsed.success) throw new ModelError('pack-invalid', `config of ${id}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Names a graph must have, so that a wrong one is refused here and not in the middle of a picture. */
function ensureInterface({ id, family, config }: Pack, { inputs, outputs }: Session): void {
  const wanted =
    family === 'depth'
      ? ['predicted_depth']
      : config.form === 'detr'
        ? ['logits', 'pred_masks']
        : ['class_queries_logits', 'masks_queries_logits'];
  const lacking = [
    ...['pixel_values'].filter((name) => !inputs.some((input) => input.name === name)),
    ...wanted.filter((name) => !outputs.some((output) => output.name === name)),
  ];
  if (lacking.length > 0) throw new ModelError('pack-invalid', `the graph of ${id} lacks ${lacking.join(', ')}`);
}
