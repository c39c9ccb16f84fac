import { bootstrapMean, type Estimate } from '../evaluation/bootstrap.ts';
import { ANSWERERS, type Answerer, type Score } from './eval-scenes.ts';
import { MAP_TASKS } from './language.ts';

/** Scores of one answerer for one type of question, or averaged over types. Shares are 0 … 1, PSNR in dB. */
export interface EvalRow {
  readonly answerer: Answerer;
  readonly question: string; // a type of question, or `all edits`, `all maps`
  readonly n: number;
  readonly applied: Estimate;
  readonly kind: Estimate | null;
  readonly recognised: Estimate;
  readonly strict: Estimate;
  readonly unchanged: Estimate | null;
  readonly editPsnr: Estimate | null;
  readonly psnr: Estimate | null;
}

/** The table of an evaluation: each type with its three answerers, then the means over edits and over maps, in which every type
 * counts the same. Intervals are 95 % percentile bootstraps over items, within types, with a fixed seed. */
export function evalTable(scores: readonly Score[]): EvalRow[] {
  const types = [...new Set(scores.map(({ question }) => question))];
  const isMap = (type: string): boolean => MAP_TASKS.some((task) => task === type);
  const groups: [string, string[]][] = [
    ...types.map((type): [string, string[]] => [type, [type]]),
    ['all edits', types.filter((type) => !isMap(type))],
    ['all maps', types.filter(isMap)],
  ];
  return groups
    .filter(([, members]) => members.length > 0)
    .flatMap(([name, members]) => ANSWERERS.map((answerer) => tableRow(name, answerer, members, scores)));
}

function tableRow(question: string, answerer: Answerer, members: readonly string[], scores: readonly Score[]): EvalRow {
  const strata = members.map((member) => scores.filter((one) => one.answerer === answerer && one.question === member));
  const estimate = (value: (score: Score) => number | boolean | null): Estimate | null =>
    bootstrapMean(strata.map((items) => items.map(value).flatMap(known)));
  return {
    answerer,
    question,
    n: strata.flat().length,
    applied: estimate((score) => score.applied)!,
    kind: estimate((score) => score.kind),
    recognised: estimate((score) => score.recognised)!,
    strict: estimate((score) => score.strict)!,
    unchanged: estimate((score) => score.unchanged),
    editPsnr: estimate((score) => score.editPsnr),
    psnr: estimate((score) => score.psnr),
  };
}

/** A value as a number; nothing for what has none, such as the PSNR of an exact copy. */
function known(value: number | boolean | null): number[] {
  return value === null || !Number.isFinite(Number(value)) ? [] : [Number(value)];
}
