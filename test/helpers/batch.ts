import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { zBatchMessage, zBatchOptions } from '#common/contract/batch.ts';
import type { BatchMessage, ItemReport } from '#common/contract/batch.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';
import { parseRecipe } from '#common/contract/recipe.ts';
import { readPack } from '#models';
import type { EditModel } from '#models/api';
import { openBatch, previewBatch } from '#node/batch/run-batch.ts';
import type { OpenedBatch } from '#node/batch/run-batch.ts';
import { engineWithFakeModel } from './fake-engine.ts';
import type { FakeModelSettings } from './fake-model.ts';

/** A small picture, different for every seed. */
export async function photoBytes(seed = 1, width = 40, height = 30): Promise<Buffer> {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7 + seed * 31) % 200);
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A folder of pictures, an output folder, and batches over them with a fake model. */
export async function batchWithFakeModel(settings?: Partial<FakeModelSettings>, more: Partial<Several> = {}) {
  const { folder, engine, engineOf, model } = await engineWithFakeModel(settings);
  const { others = [], memory = 1, free = 1e9 } = more;
  const [input, output] = [join(folder, 'in'), join(folder, 'out')];
  mkdirSync(input);
  const services = {
    engine,
    library: { find: () => readPack(join(folder, 'pack')) } as never,
    anotherEngine: () => engineOf(others.shift()!),
    devices: {
      find: () => Promise.resolve<DeviceName[]>(['cpu']),
      memoryOf: () => Promise.resolve(memory),
      free: () => free,
    },
    program: { version: '1.2.3', onnxruntime: '0' },
    dataFolder: join(folder, 'data'),
  };
  const wish = ({ recipe = {}, options = {}, ...rest }: Wish = {}) => ({
    ...{ input, output, resume: false, ...rest },
    recipe: parseRecipe({ version: 1, instruction: 'invert it', ...recipe }),
    options: zBatchOptions.parse(options),
  });
  const said: BatchMessage[] = [];
  const say = (message: BatchMessage): void => void said.push(zBatchMessage.parse(message));
  const open = (given?: Wish, signal = new AbortController().signal): Promise<OpenedBatch> =>
    openBatch(wish(given), services, signal, say);
  const run = async (given?: Wish, signal?: AbortSignal) => {
    await using opened = await open(given, signal);
    return await opened.run();
  };
  const preview = (given?: Wish) => previewBatch(wish(given), services, new AbortController().signal, say);
  const report = async (): Promise<{ items: ItemReport[]; counts: object; isFinished: boolean }> =>
    JSON.parse(await readFile(join(output, 'report.json'), 'utf8')) as never;
  return { folder, input, output, engine, model, said, open, run, preview, report, wish, services };
}

/** Several devices, each with its model. */
interface Several {
  readonly others: EditModel[]; // of the devices after the first
  readonly memory: number; // bytes, of each
  readonly free: number; // bytes
}

interface Wish {
  readonly recipe?: object;
  readonly options?: object;
  readonly input?: string;
  readonly output?: string;
  readonly resume?: boolean;
  readonly devices?: readonly DeviceName[];
}
