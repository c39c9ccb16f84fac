import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../../errors.ts';
import type { Precision } from '../../onnx/linear.ts';
import type { OpenedPack, Pack } from '../../parts/pack.ts';
import { availableMemory, checkMemory, estimateMemory } from '../../runtime/memory.ts';
import { openDecoder, openSession } from '../../runtime/open.ts';
import { chooseDevice } from '../../runtime/providers.ts';
import type { DeviceChoice } from '../../runtime/providers.ts';
import { VqCodec } from '../../tokenizers/image/vq/codec.ts';
import { T5Tokenizer } from '../../tokenizers/text/t5-tokenizer.ts';
import type { ModelFamily, OpenOptions } from '../family.ts';
import { imageTokens } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { zT5Config, zTransformerConfig, zVqConfig } from './derive-config.ts';
import { manyRowsBytes, openManyRows } from './many-rows.ts';
import { EditarModel } from './model.ts';
import { graphNames, guidedCacheBytes, prefersInt8Cache } from './parts.ts';

/** `config` of an EditAR pack. */
export const zEditarPackConfig = z.object({ transformer: zTransformerConfig, vq: zVqConfig, t5: zT5Config });

export const editarFamily: ModelFamily = { id: 'editar', open: openEditar };

async function openEditar({ folder, pack }: OpenedPack, options: OpenOptions): Promise<EditarModel> {
  const parsed = zEditarPackConfig.safeParse(pack.config);
  if (!parsed.success) throw new ModelError('pack-invalid', `${folder}: ${z.prettifyError(parsed.error)}`, { folder });
  const { transformer: config, vq } = parsed.data;
  const choice = await chooseDevice(options.device ?? 'auto');
  const decoderGraph = transformerGraph(config, pack.precision, choice);
  const needed = await memoryNeed({ folder, pack }, config, decoderGraph);
  const free = availableMemory();
  checkMemory('this model', needed, free);
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
    // Nothing is gained where reading these weights would push out what is needed all the time.
    const fits = free - needed > manyRowsBytes(config);
    const usesManyRows = decoderGraph === graphNames.transformerInt8Cache && hasManyRows(pack) && fits;
    const [tokenizer, transformer, manyRows, textEncoder, textAdapter, encoder, head, tail, band] = await all([
      T5Tokenizer.open(join(folder, 'tokenizer.json')),
      openDecoder(path(decoderGraph), { device, backend }).then(kept),
      usesManyRows ? openManyRows(path(graphNames.transformerManyRows)).then(kept) : undefined,
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
      manyRows,
      codec: new VqCodec(vq, { encoder, head, tail, band }),
    });
  } catch (error) {
    await Promise.all(opened.map((resource) => resource[Symbol.asyncDispose]()));
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

/** Which of the pack's transformer graphs suits a device: without the C API keys and values go in and out as rows. */
function transformerGraph(config: TransformerConfig, precision: Precision, { device, backend }: DeviceChoice): string {
  if (device !== 'cpu') return graphNames.transformer;
  if (backend === 'stock') return graphNames.transformerRows;
  return prefersInt8Cache(config, precision) ? graphNames.transformerInt8Cache : graphNames.transformer;
}

/** Bytes that opening and running the model will take, without the weights in their form for many rows. */
async function memoryNeed({ folder, pack }: OpenedPack, config: TransformerConfig, graph: string): Promise<number> {
  const isInteger = graph === graphNames.transformerInt8Cache;
  const scores = imageTokens(config) ** 2 * config.heads * 4; // of the prefill, the largest run
  return estimateMemory({
    files: pack.files.map(({ file }) => join(folder, file)),
    mappedBytes: hasManyRows(pack) ? manyRowsBytes(config) : 0,
    cacheBytes: guidedCacheBytes(config, isInteger ? 1 : 4),
    activationBytes: scores,
  });
}

const hasManyRows = ({ files }: Pack): boolean =>
  files.some(({ file }) => file === `${graphNames.transformerManyRows}.onnx`);
