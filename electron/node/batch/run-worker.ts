import { canonicalJson, isMapRecipe } from '#common/contract/recipe.ts';
import type { Recipe } from '#common/contract/recipe.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';
import type { ItemReport } from '#common/contract/batch.ts';
import type { Services } from '../services.ts';
import { runWorker } from './batch-queue.ts';
import type { ItemJob, ItemResult, WorkerConfig } from './batch-queue.ts';
import { editWork } from './edit-work.ts';
import type { EditWorkConfig } from './edit-work.ts';
import type { ItemWork } from './item-work.ts';
import type { Lane } from './lanes.ts';
import { mapWork } from './map-work.ts';

/** Makes items of batches that others planned. @throws AppError `queue-unreachable` */
export async function workOnQueue(
  { library, engine }: Pick<Services, 'library' | 'engine'>,
  config: Omit<WorkerConfig, 'make'> & { readonly device?: DeviceName | undefined }, // instead of the batch's
): Promise<void> {
  const works = new Map<string, Promise<ItemWork>>(); // by batch: extractors stay open
  const make = async (job: ItemJob): Promise<ItemResult> => {
    const { input, output, recipe, options, model, device } = job;
    const batch = { input, output, recipe, options, model };
    const lanes: Lane[] = [{ engine, device: config.device ?? device ?? 'auto' }];
    const key = canonicalJson({ ...batch, device });
    works.set(key, works.get(key) ?? openWork({ ...batch, library, lanes }));
    return await makeItem(await works.get(key)!, job, config.signal);
  };
  try {
    await runWorker({ ...config, make });
  } finally {
    for (const work of works.values()) await (await work.catch(() => undefined))?.[Symbol.asyncDispose]();
  }
}

function openWork(batch: Omit<EditWorkConfig, 'recipe'> & { readonly recipe: Recipe }): Promise<ItemWork> {
  const { recipe } = batch;
  return isMapRecipe(recipe) ? mapWork({ ...batch, recipe }) : editWork({ ...batch, recipe });
}

/** The whole of an item; its file is whole or not there, and made again it is the same. */
async function makeItem(work: ItemWork, { item }: ItemJob, signal: AbortSignal): Promise<ItemResult> {
  const waiting: ItemReport = { ...item, state: 'waiting', attempts: 0 };
  const never = new AbortController().signal; // the item under way is finished
  signal.throwIfAborted();
  const prepared = await work.prepare(waiting, never);
  const { tokens, device, encode } = await prepared.decode(never, () => undefined, 0);
  const { width, height, notices, write } = await encode();
  await write();
  return { tokens, width, height, notices: [...notices], device };
}
