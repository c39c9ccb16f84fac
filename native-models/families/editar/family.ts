import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../../errors.ts';
import type { OpenedPack } from '../../parts/pack.ts';
import { checkMemory, estimateMemory } from '../../runtime/memory.ts';
import { openDecoder, openSession } from '../../runtime/open.ts';
import type { DeviceChoice } from '../../runtime/providers.ts';
import { VqCodec } from '../../tokenizers/image/vq/codec.ts';
import { T5Tokenizer } from '../../tokenizers/text/t5-tokenizer.ts';
import type { ModelFamily } from '../family.ts';
import { imageTokens } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { zT5Config, zTransformerConfig, zVqConfig } from './derive-config.ts';
import { EditarModel } from './model.ts';
import { graphNames, guidedCacheBytes, linearBytes, wideForm } from './parts.ts';

/** `config` of an EditAR pack. */
export const zEditarPackConfig = z.object({ transformer: zTransformerConfig, vq: zVqConfig, t5: zT5Config });

export const editarFamily: ModelFamily = { id: 'editar', open: openEditar, memory: editarMemory };

function configOf({ folder, pack }: OpenedPack): z.infer<typeof zEditarPackConfig> {
  const parsed = zEditarPackConfig.safeParse(pack.config);
  if (parsed.success) return parsed.data;
  throw new ModelError('pack-invalid', `${folder}: ${z.prettifyError(parsed.error)}`, { folder });
}

async function editarMemory(opened: OpenedPack, choice: DeviceChoice): Promise<number> {
  const { transformer } = configOf(opened);
  return await neededBytes(opened, transformer, hasRoundedCache(opened, choice));
}

async function openEditar(opened: OpenedPack, choice: DeviceChoice, signal?: AbortSignal): Promise<EditarModel> {
  const { folder, pack } = opened;
  const { transformer: config, vq } = configOf(opened);
  const graph = await chooseGraph(opened, config, choice);
  const { device, deviceIndex, backend } = choice;
  const path = (name: string): string => join(folder, `${name}.onnx`);
  const resources: AsyncDisposable[] = [];
  const kept = <T extends AsyncDisposable>(resource: T): T => {
    resources.push(resource);
    return resource;
  };
  const session = async (name: string) => kept(await openSession(path(name), { device, deviceIndex, backend }));
  try {
    signal?.throwIfAborted();
    const [tokenizer, transformer, textEncoder, textAdapter, encoder, head, tail, band] = await all([
      T5Tokenizer.open(join(folder, 'tokenizer.json')),
      openDecoder(path(graph), { device, deviceIndex, backend }).then(kept),
      session(graphNames.textEncoder),
      session(graphNames.textAdapter),
      session(graphNames.vqEncoder),
      session(graphNames.vqDecoderHead),
      session(graphNames.vqDecoderTail),
      session(graphNames.vqDecoderBand),
    ]);
    signal?.throwIfAborted();
    return new EditarModel({
      config,
      imageSize: pack.imageSize,
      samplingDefaults: pack.sampling,
      device: { name: choice.name, refused: choice.refused.map(({ device: name, reason }) => `${name}: ${reason}`) },
      tokenizer,
      textEncoder,
      textAdapter,
      transformer,
      codec: new VqCodec(vq, { encoder, head, tail, band }),
    });
  } catch (error) {
    await Promise.all(resources.map((resource) => resource[Symbol.asyncDispose]()));
    throw error;
  }
}

/** Like `Promise.all`, but waits for every promise before rejecting, so that whatever did open can be disposed. */
async function all<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> | T[K] }],
): Promise<T> {
  await Promise.allSettled(promises);
  return (await Promise.all(promises)) as unknown as T;
}

/** Which of the pack's graphs of the transformer suits a device. On the processor a large quantised model keeps keys and values in
 * int8; without the C API they go in and out as rows.
 * @throws ModelError `out-of-memory` */
async function chooseGraph(opened: OpenedPack, config: TransformerConfig, choice: DeviceChoice): Promise<string> {
  const isRounded = hasRoundedCache(opened, choice);
  checkMemory('this model', await neededBytes(opened, config, isRounded));
  if (isRounded) return graphNames.transformerProcessor;
  return choice.device === 'cpu' && choice.backend === 'stock' ? graphNames.transformerRows : graphNames.transformer;
}

const hasRoundedCache = (opened: OpenedPack, { device, backend }: Pick<DeviceChoice, 'device' | 'backend'>): boolean =>
  device === 'cpu' && backend === 'ffi' && hasProcessorGraph(opened);

/** Packs of earlier versions have none: they are opened with the graph for all devices. */
const hasProcessorGraph = ({ pack }: OpenedPack): boolean =>
  pack.parts.transformer?.includes(`${graphNames.transformerProcessor}.onnx`) ?? false;

function neededBytes(opened: OpenedPack, config: TransformerConfig, isRounded: boolean): Promise<number> {
  const { folder, pack } = opened;
  const { precision } = pack;
  const unread = isRounded ? linearBytes(config, precision) : linearBytes(config, wideForm(precision));
  return estimateMemory({
    files: pack.files.map(({ file }) => join(folder, file)),
    unreadBytes: hasProcessorGraph(opened) ? unread : 0,
    cacheBytes: guidedCacheBytes(config, isRounded ? 1 : 4),
    activationBytes: imageTokens(config) ** 2 * config.heads * 4, // scores of the prefill, the largest run
  });
}
