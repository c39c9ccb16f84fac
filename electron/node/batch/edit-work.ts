import { randomUUID } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { BatchOptions, ItemReport } from '#common/contract/batch.ts';
import { zEditRequest } from '#common/contract/edit-request.ts';
import type { EditRequest } from '#common/contract/edit-request.ts';
import { AppError, RemoteError } from '#common/contract/errors.ts';
import type { JobMessage } from '#common/contract/job-message.ts';
import { editFromRecipe, recipeHash } from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import type { Engine } from '../engine/engine.ts';
import { checkOutputs, variantFiles } from '../engine/output-files.ts';
import type { DecodedItem, ItemWork } from './item-work.ts';
import { companionsOf } from './pairing.ts';
import { fileHash, workKey } from './work-key.ts';

export interface EditWorkConfig {
  readonly engine: Pick<Engine, 'edit' | 'cancel'>;
  readonly input: string; // folder
  readonly output: string; // folder
  readonly recipe: EditRecipe;
  readonly options: BatchOptions;
  readonly model?: string | undefined; // folder or id, instead of the recipe's
  readonly device?: EditRequest['device'] | undefined;
}

type Finished = Extract<JobMessage, { type: 'finished' }>;

/** Edits by instruction, and paintings from maps. */
export async function editWork(config: EditWorkConfig): Promise<ItemWork> {
  const { input, options, recipe } = config;
  const hash = await recipeHash(recipe);
  const keyOf = async (item: ItemReport, signal?: AbortSignal): Promise<string> => {
    const sources = sourcesOf(item, recipe).map((path) => join(input, path));
    const contents = await Promise.all(sources.map((path) => fileHash(path, signal)));
    return workKey({ recipeHash: hash, options, item, seed: item.seed }, contents);
  };
  return {
    keyOf,
    prepare: async (item, signal) => {
      const key = await keyOf(item, signal);
      const request = requestFor(item, config);
      await mkdir(dirname(request.out), { recursive: true });
      await checkOutputs(request);
      return { key, decode: (stop, onStep) => decode(request, config.engine, stop, onStep) };
    },
  };
}

/** Files an item reads, the picture that is worked on first.
 * @throws AppError `companion-missing` */
function sourcesOf({ input, map, mask }: ItemReport, recipe: EditRecipe): string[] {
  const needs = companionsOf(recipe);
  if (needs.map && map === undefined) throw new AppError('companion-missing', { path: input, kind: needs.map });
  if (needs.mask && mask === undefined) throw new AppError('companion-missing', { path: input, kind: 'mask' });
  return [map ?? input, ...(mask === undefined ? [] : [mask])];
}

function requestFor(item: ItemReport, { input, output, recipe, model, device }: EditWorkConfig): EditRequest {
  const edit = editFromRecipe(recipe, item.mask && join(input, item.mask));
  const [image = ''] = sourcesOf(item, recipe);
  const own = {
    ...(model !== undefined && { model }),
    ...(item.fit && { fit: item.fit }),
    ...(item.seed !== undefined && { seed: item.seed }),
  };
  return zEditRequest.parse({ ...edit, ...own, device, image: join(input, image), out: join(output, item.output) });
}

/** The pictures are written beside their places under hidden names; giving them their own is the writing stage. */
async function decode(
  request: EditRequest,
  engine: EditWorkConfig['engine'],
  signal: AbortSignal,
  onStep: (step: number, of: number) => void,
): Promise<DecodedItem> {
  const hidden = join(dirname(request.out), `.editar-${randomUUID()}.part${extname(request.out)}`);
  const { variants } = request;
  const finished = await edited({ ...request, out: hidden }, engine, signal, onStep);
  const { width, height, notices = [], timings } = finished;
  return {
    tokens: timings.tokens * variants,
    write: async () => {
      const places = variantFiles(request.out, variants);
      for (const [place, file] of variantFiles(hidden, variants).entries()) await rename(file, places[place]!);
      return { width, height, notices };
    },
  };
}

function edited(
  request: EditRequest,
  engine: EditWorkConfig['engine'],
  signal: AbortSignal,
  onStep: (step: number, of: number) => void,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const job = engine.edit(request, (message) => {
      if (message.type === 'progress') onStep(message.step, message.of);
      if (message.type === 'finished') resolve(message);
      if (message.type === 'failed') reject(new RemoteError(message));
      if (message.type === 'cancelled') reject(signal.reason as Error);
    });
    signal.addEventListener('abort', () => engine.cancel(job), { once: true });
  });
}
