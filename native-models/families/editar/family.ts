import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../../errors.ts';
import type { OpenedPack } from '../../parts/pack.ts';
import { checkMemory, estimateMemory } from '../../runtime/memory.ts';
import { openDecoder, openSession } from '../../runtime/open.ts';
import { chooseDevice } from '../../runtime/providers.ts';
import type { DeviceChoice } from '../../runtime/providers.ts';
import { VqCodec } from '../../tokenizers/image/vq/codec.ts';
import { T5Tokenizer } from '../../tokenizers/text/t5-tokenizer.ts';
import type { ModelFamily, OpenOptions } from '../family.ts';
import { imageTokens } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { zT5Config, zTransformerConfig, zVqConfig } from './derive-config.ts';
import { EditarModel } from './model.ts';
import { graphNames } from './parts.ts';
import { cacheLayout } from './cache-layout.ts';

/** `config` of an EditAR pack. */
export const zEditarPackConfig = z.object({ transformer: zTransformerConfig, vq: zVqConfig, t5: zT5Config });

export const editarFamily: ModelFamily = { id: 'editar', open: openEditar };

async function openEditar({ folder, pack }: OpenedPack, options: OpenOptions): Promise<EditarModel> {
  const parsed = zEditarPackConfig.safeParse(pack.config);
  if (!parsed.success) throw new ModelError('pack-invalid', `${folder}: ${z.prettifyError(parsed.error)}`, { folder });
  const { transformer: config, vq } = parsed.data;
  const choice = await chooseDevice(options.device ?? 'auto');
  const decoderGraph = transformerGraph(config, pack.precision, choice);
  await checkRoom(folder, pack.files, config, decoderGraph);
  const { device, backend } = choice;
  const path = (name: string): string => join(folder, `${name}.onnx`);
  const opened: AsyncDisposable[] = [];
  const kept = <T extends AsyncDisposable>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  const session = async (name: string) => kept(await openSession(path(name), { device, backend }));
  try {
    options.signal?.throwIfAborted();
    const [tokenizer, transformer, textEncoder, textAdapter, encoder, head, tail, band] = await all([
      T5Tokenizer.open(join(folder, 'tokenizer.json')),
      openDecoder(path(decoderGraph), { device, backend }).then(kept),
      session(graphNames.textEncoder),
      session(graphNames.textAdapter),
      session(graphNames.vqEncoder),
      session(graphNames.vqDecoderHead),
      session(graphNames.vqDecoderTail),
      session(graphNames.vqDecoderBand),
    ]);
    options.signal?.throwIfAborted();
    return new EditarModel({
      config,
      imageSize: pack.imageSize,
      samplingDefaults: pack.sampling,
      device: { name: device, refused: choice.refused.map(({ device: name, reason }) => `${name}: ${reason}`) },
      tokenizer,
      textEncoder,
      textAdapter,
      transformer,
      codec: new VqCodec(vq, { encoder, head, tail, band }),
    });
  } catch (error) {
    await Promise.all(opened.map((resource) => resource[Symbol.asyncDispose]()));
    throw error;
  }
}

/** Like `Promise.all`, but waits for every promise before rejecting, so that whatever did open can be disposed. */
async function all<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(promises);
  return (await Promise.all(promises)) as unknown as T;
}

/** Below this an fp32 cache is read in a moment and rounding it gains nothing. */
const smallCacheBytes = 128 * 2 ** 20;

/** Which of the pack's transformer graphs suits a device: without the C API keys and values go in and out as rows, on the
 * processor a large cache is kept in int8 unless the pack is the fp32 reference. */
function transformerGraph(config: TransformerConfig, precision: string, { device, backend }: DeviceChoice): string {
  if (device === 'cpu' && backend === 'stock') return graphNames.transformerRows;
  const isLarge = cacheBytes(config, 4) > smallCacheBytes;
  return device === 'cpu' && precision !== 'fp32' && isLarge ? graphNames.transformerInt8Cache : graphNames.transformer;
}

/** Keys and values of one guided picture. */
const cacheBytes = (config: TransformerConfig, bytesPerValue: number): number =>
  2 * 2 * config.layers * config.dim * cacheLayout(config, 1).capacity * bytesPerValue;

async function checkRoom(
  folder: string,
  files: OpenedPack['pack']['files'],
  config: TransformerConfig,
  graph: string,
): Promise<void> {
  const scores = imageTokens(config) ** 2 * config.heads * 4; // of the prefill, the largest run
  const needed = await estimateMemory({
    files: files.map(({ file }) => join(folder, file)),
    cacheBytes: cacheBytes(config, graph === graphNames.transformerInt8Cache ? 1 : 4),
    activationBytes: scores,
  });
  checkMemory('this model', needed);
}
