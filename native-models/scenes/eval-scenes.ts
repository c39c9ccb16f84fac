import type { EditModel, RgbImage, Sampling } from '../api.ts';
import { paintClasses } from '../conditions/palette.ts';
import { ModelError } from '../errors.ts';
import { meanSquaredError, meanSquaredErrorInside, toPsnr } from '../evaluation/picture-error.ts';
import type { MakeSceneMap } from './eval-maps.ts';
import { testItems, questionTypes, type QuestionType, type TestItem } from './eval-questions.ts';
import { renderFrame, type Frame } from './frame.ts';
import { judgeAnswer, type Judgement } from './judge-answer.ts';
import { CELLS } from './judge-cells.ts';
import { PROMPT_PREFIX } from './language.ts';
import { changedTokens, conditionFrame, type Group, type Task } from './pairs.ts';
import type { Layout } from './places.ts';
import { FRAME } from './scene.ts';
import type { Split } from './splits.ts';

/** Whose answers are judged: the condition returned unchanged, the true target through the tokenizer, or the model's. */
export const ANSWERERS = ['copy-source', 'oracle', 'model'] as const;
export type Answerer = (typeof ANSWERERS)[number];

/** One answer to one item, judged. */
export interface Score extends Judgement {
  readonly answerer: Answerer;
  readonly question: QuestionType;
  readonly index: number;
  readonly prompt: string;
  /** Share of the cells without a changed pixel that have the target's id; null where there is no such cell, and for maps. */
  readonly unchanged: number | null;
  readonly editPsnr: number; // dB, of the pixels in which source and target differ; of all for maps
  readonly psnr: number; // dB, whole picture
}

/** One question, the answers to it and how right each is. */
export interface ScoredItem {
  readonly scores: readonly Score[]; // in the order of ANSWERERS
  readonly pictures: { readonly condition: Frame; readonly target: Frame; readonly answer: Frame };
}

/** Which questions are put, and how a model answers them. */
export interface SceneEvaluation {
  readonly split: Split;
  readonly limit: number; // items per type
  readonly layout?: Layout | undefined; // level of the world; slots by default
  readonly sampling: Sampling;
  readonly seed: number; // item i is sampled with seed + i
  /** Makes depth and segmentation maps of the scenes' pictures to paint from, instead of the true ones. */
  readonly makeMap?: MakeSceneMap | undefined;
  readonly signal?: AbortSignal;
}

/** Number of items that an evaluation goes through. */
export const itemCount = ({ split, limit, layout }: SceneEvaluation): number =>
  questionTypes(split, layout).length * limit;

/**
 * Lets a model answer the test items of a split and judges its answers beside those of the two baselines. One answer per item.
 * @throws ModelError `unsupported` for a model of another picture size; whatever `begin` throws
 */
export async function* evaluateScenes(model: EditModel, evaluation: SceneEvaluation): AsyncGenerator<ScoredItem> {
  const { imageSize, grid } = model.capabilities;
  if (imageSize !== FRAME || grid * grid !== CELLS) {
    throw new ModelError('unsupported', `the scenes need a model of ${FRAME} pixels, this one has ${imageSize}`, {
      imageSize,
      grid,
    });
  }
  for (const type of questionTypes(evaluation.split, evaluation.layout)) {
    for (const item of testItems(evaluation.split, type, evaluation.limit, evaluation.layout)) {
      evaluation.signal?.throwIfAborted();
      yield await scoreItem(model, item, evaluation);
    }
  }
}

async function scoreItem(model: EditModel, item: TestItem, evaluation: SceneEvaluation): Promise<ScoredItem> {
  const condition = await conditionOf(item.group, evaluation);
  const target = renderFrame(item.pair.target);
  const source = await throughTokenizer(model, condition, evaluation);
  const oracle = await throughTokenizer(model, target, evaluation);
  const answer = await answered(model, item, condition, evaluation);
  const answers: Readonly<Record<Answerer, Answer>> = {
    'copy-source': { picture: condition, ids: source.ids },
    oracle,
    model: answer,
  };
  const still = stillCells(item, condition, target);
  const scores = ANSWERERS.map((answerer) => ({
    ...{ answerer, question: item.type, index: item.index, prompt: item.pair.prompt },
    ...judgeAnswer(answers[answerer].picture, {
      pair: item.pair,
      source: item.source,
      roundTrip: oracle.picture,
      layout: item.layout,
    }),
    unchanged: agreement(answers[answerer].ids, oracle.ids, still),
    ...pixelScores(answers[answerer].picture, item, condition, target),
  }));
  return { scores, pictures: { condition, target, answer: answer.picture } };
}

async function conditionOf(group: Group, { makeMap, signal }: SceneEvaluation): Promise<Frame> {
  const { task, source } = group;
  if (!makeMap || (task !== 'depth' && task !== 'segmentation')) return conditionFrame(group);
  const map = await makeMap(task, picture(renderFrame(source)), signal);
  return task === 'depth'
    ? Uint8Array.from({ length: map.length * 3 }, (_, i) => map[Math.floor(i / 3)])
    : paintClasses(map);
}

interface Answer {
  readonly picture: Frame;
  readonly ids: Int32Array;
}

const picture = (data: Frame): RgbImage => ({ width: FRAME, height: FRAME, data });

async function answered(
  model: EditModel,
  item: TestItem,
  condition: Frame,
  evaluation: SceneEvaluation,
): Promise<Answer> {
  const { sampling, seed, signal } = evaluation;
  const { task } = item.group;
  const input = { image: picture(condition), task, instruction: ownWords(item.pair.prompt, task) };
  await using run = await model.begin(input, { ...sampling, seed: seed + item.index, variants: 1 }, signal);
  while (run.committed < run.totalSteps) await run.step(signal);
  return { picture: (await run.finish(0)).data, ids: run.ids[0].slice() };
}

/** A prompt without the fixed words of its task, which the model adds itself. */
export const ownWords = (prompt: string, task: Task): string =>
  task === 'edit' ? prompt : prompt.slice(PROMPT_PREFIX[task].length);

/** Encodes and decodes a picture: an edit in which every cell is locked to the source. */
async function throughTokenizer(model: EditModel, frame: Frame, { signal }: SceneEvaluation): Promise<Answer> {
  const locked = Array.from({ length: CELLS }, () => 'source' as const);
  const input = { image: picture(frame), task: 'edit' as const, instruction: 'nothing', locked };
  const options = { cfg: 1, temperature: 0, topK: 0, topP: 1, seed: 0, variants: 1 };
  await using run = await model.begin(input, options, signal);
  while (run.committed < run.totalSteps) await run.step(signal);
  return { picture: (await run.finish(0)).data, ids: run.sourceIds.slice() };
}

/** Cells whose pixels the right answer keeps; none for maps. */
function stillCells({ group }: TestItem, condition: Frame, target: Frame): number[] {
  if (group.task !== 'edit') return [];
  return Array.from(changedTokens(condition, target)).flatMap((isChanged, cell) => (isChanged ? [] : [cell]));
}

const agreement = (ids: Int32Array, wanted: Int32Array, cells: readonly number[]): number | null =>
  cells.length === 0 ? null : cells.filter((cell) => ids[cell] === wanted[cell]).length / cells.length;

function pixelScores(answer: Frame, { group }: TestItem, condition: Frame, target: Frame) {
  const [actual, wanted] = [picture(answer), picture(target)];
  const isChanged = (pixel: number): boolean =>
    group.task !== 'edit' || [0, 1, 2].some((c) => condition[pixel * 3 + c] !== target[pixel * 3 + c]);
  const changed = Uint8Array.from({ length: FRAME * FRAME }, (_, pixel) => Number(isChanged(pixel)));
  return {
    editPsnr: toPsnr(meanSquaredErrorInside(actual, wanted, changed)),
    psnr: toPsnr(meanSquaredError(actual, wanted)),
  };
}
