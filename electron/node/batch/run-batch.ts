import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { BatchMessage, Counts } from '#common/contract/batch.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';
import { describeError } from '#common/contract/error-messages.ts';
import { AppError } from '#common/contract/errors.ts';
import { isMapRecipe, parseRecipe } from '#common/contract/recipe.ts';
import type { EditRecipe, MapRecipe, Recipe } from '#common/contract/recipe.ts';
import { readFailure } from '../images/read-image-file.ts';
import type { Services } from '../services.ts';
import { Batch } from './batch.ts';
import type { BatchContext, BatchRequest } from './batch.ts';
import { queueWork, zQueuedItem } from './batch-queue.ts';
import type { NameFacts } from './batch-plan.ts';
import { dryRun } from './dry-run.ts';
import { editWork } from './edit-work.ts';
import { oneLane, openLanes } from './lanes.ts';
import type { Lanes, LaneServices } from './lanes.ts';
import type { ItemWork } from './item-work.ts';
import { mapWork } from './map-work.ts';
import type { TellQueue } from './queue-connection.ts';
import { Speeds } from './speeds.ts';
import { settledFiles } from './watch.ts';

/** A batch as a person asks for it. */
export interface BatchWish extends BatchRequest {
  readonly model?: string | undefined; // id or folder, instead of the recipe's
  readonly devices?: readonly DeviceName[] | undefined; // none: every graphics card, else the processor
  readonly queue?: string | undefined; // address of a server whose workers make the pictures
}

const maxRecipeBytes = 2 ** 20; // far more than any recipe

/** Reads a recipe from a JSON file, or from what is piped into the program. @throws AppError `recipe-invalid` */
export async function readRecipeFile(path: string): Promise<Recipe> {
  return parseRecipe(parseJson(await readText(path), path), path);
}

async function readText(path: string): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > maxRecipeBytes) throw new AppError('recipe-invalid', { path, reason: 'it is far too long for one' });
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const { data } = readFailure(path, cause);
    throw new AppError('recipe-invalid', { path, reason: data['reason'] }, { cause });
  }
  return new TextDecoder().decode(Buffer.concat(pieces)); // leaves out the mark that some editors put first
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('recipe-invalid', { path, reason: `it is not JSON (${(cause as Error).message})` }, { cause });
  }
}

const lookEveryMs = 1000;

/** Makes what there is, then every file that comes, until the signal is aborted. @param settleMs how long a file has to stay as it is
 * @throws the signal's reason in the end; AppError as `run` does */
export async function watchFolder(
  { batch, run }: OpenedBatch,
  { input, output, options }: BatchWish,
  settleMs: number,
  signal: AbortSignal,
): Promise<void> {
  const without = resolve(input) === resolve(output) ? [] : [output];
  const watched = { recursive: options.recursive, without, settleMs, everyMs: lookEveryMs, signal };
  const mayChange = (file: string): boolean => batch.failedInputs.has(file);
  const onUnreadable = (error: AppError): void =>
    batch.notice(`${describeError(error.code, error.data).sentence} It is looked at again until it can be read.`);
  if (batch.runner.waiting.length > 0) await run(); // what an earlier batch left
  for await (const settled of settledFiles(input, { ...watched, mayChange, onUnreadable })) {
    await batch.addNew(settled);
    if (batch.runner.waiting.length > 0) await run();
  }
  signal.throwIfAborted();
}

export type BatchServices = LaneServices & Pick<Services, 'library' | 'program' | 'dataFolder'>;

/** A batch that is ready to run, and what to do when it has run. */
export interface OpenedBatch extends AsyncDisposable {
  readonly batch: Batch;
  run(): Promise<Counts>;
}

/** Plans a batch and writes the plan down. The model has to be there; it is opened with the first picture.
 * @throws AppError `model-missing` and those of `Batch.open`; ModelError `pack-invalid` */
export async function openBatch(
  wish: BatchWish,
  services: BatchServices,
  signal: AbortSignal,
  say: (message: BatchMessage) => void,
): Promise<OpenedBatch> {
  const { devices = [], queue } = wish;
  const lanesFor = (pack: string): Promise<Lanes> => openLanes(devices, pack, services);
  const prepared = await prepare(wish, services, queue === undefined ? lanesFor : undefined);
  const { request, context: alone, lost, speeds, kind } = prepared;
  const tell = (text: string): void => say({ type: 'notice', text });
  const context = await withQueue(wish, request, alone, tell);
  const batch = await Batch.open(request, { ...context, signal, say }).catch(async (error: unknown) => {
    await context.work[Symbol.asyncDispose]();
    throw error;
  });
  return {
    batch,
    run: async () => {
      for (const message of lost) say(message);
      const counts = await batch.run();
      const { itemMs } = batch.runner.pace;
      if (itemMs !== null && counts.done > 0) await speeds.keep(kind, itemMs);
      return counts;
    },
    [Symbol.asyncDispose]: async () => {
      await batch[Symbol.asyncDispose]();
      await context.work[Symbol.asyncDispose]();
    },
  };
}

const inQueue = 200; // items handed to workers at once

/** The same batch, whose pictures are made by whoever works on the queue. */
async function withQueue(
  { queue, model, devices = [] }: BatchWish,
  { input, output, recipe, options }: BatchRequest,
  context: Prepared['context'],
  tell: TellQueue,
): Promise<Prepared['context']> {
  if (queue === undefined) return context;
  const [device] = devices; // of the workers' own machines
  const shared = { input: resolve(input), output: resolve(output), recipe, options, model, device };
  const work = await queueWork(queue, context.work, (item) => ({ ...shared, item: zQueuedItem.parse(item) }), tell);
  return { ...context, work, handedOver: inQueue };
}

/** Says what a batch would do, item by item. @throws as `openBatch` */
export async function previewBatch(
  wish: BatchWish,
  services: BatchServices,
  signal: AbortSignal,
  say: (message: BatchMessage) => void,
): Promise<void> {
  const { request, context } = await prepare(wish, services);
  try {
    say(await dryRun(request, { ...context, signal, say }));
  } finally {
    await context.work[Symbol.asyncDispose]();
  }
}

interface Prepared {
  readonly request: BatchRequest;
  readonly context: Omit<BatchContext, 'signal' | 'say'>;
  readonly lost: Lanes['lost'];
  readonly speeds: Speeds;
  readonly kind: string; // of work, for its speed
}

/** @param lanesFor a model's folder; left out: nothing is made here */
async function prepare(
  wish: BatchWish,
  services: BatchServices,
  lanesFor: (pack: string) => Promise<Lanes> = () => Promise.resolve(oneLane(services)),
): Promise<Prepared> {
  const { library, program, dataFolder } = services;
  const speeds = new Speeds(dataFolder);
  const { recipe, kind, lost, ...what } = await (isMapRecipe(wish.recipe)
    ? prepareMaps(wish, wish.recipe, library)
    : prepareEdits(wish, wish.recipe, library, lanesFor));
  const context = { version: program.version, ...what, expectedMs: await speeds.of(kind) };
  return { request: { ...wish, recipe }, context, lost, speeds, kind };
}

type Kind = Pick<Prepared, 'kind' | 'lost'> &
  Pick<BatchContext, 'facts' | 'work' | 'devices'> & { readonly recipe: Recipe };

/** The recipe says which model was used, the embedded one too: another one is another recipe. */
async function prepareEdits(
  wish: BatchWish,
  given: EditRecipe,
  library: Services['library'],
  lanesFor: (pack: string) => Promise<Lanes>,
): Promise<Kind> {
  const { input, output, options, model, devices = [] } = wish;
  const { pack, folder } = await library.find(model ?? given.model?.id);
  const recipe = { ...given, model: { id: pack.id, precision: pack.precision } };
  const facts = { model: pack.id, cfg: recipe.sampling.cfg ?? pack.sampling.cfg, date: today() };
  const opened = await lanesFor(folder);
  const { lanes, lost } = opened;
  const work = await editWork({ lanes, library, input, output, recipe, options, model });
  const kind = [pack.id, pack.precision, devices.join(',') || 'auto', recipe.variants].join(' ');
  return { recipe, facts, work: withLanes(work, opened), devices: lanes.map(({ device }) => device), lost, kind };
}

async function prepareMaps(
  { input, output, options }: BatchWish,
  recipe: MapRecipe,
  library: Services['library'],
): Promise<Kind> {
  const { extract } = recipe;
  const model = extract.kind === 'canny' ? extract.detector : (extract.model ?? extract.kind);
  const work = await mapWork({ library, input, output, recipe, options });
  return { recipe, facts: { model, cfg: 0, date: today() }, work, lost: [], kind: `${extract.kind} ${model}` };
}

/** The work with the lanes it is done in, which end with it. */
const withLanes = (work: ItemWork, lanes: Lanes): ItemWork => ({
  ...work,
  [Symbol.asyncDispose]: async () => {
    await work[Symbol.asyncDispose]();
    await lanes[Symbol.asyncDispose]();
  },
});

/** The day here, as YYYY-MM-DD. */
function today(): NameFacts['date'] {
  const now = new Date();
  const [month, day] = [now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${now.getFullYear()}-${month}-${day}`;
}
