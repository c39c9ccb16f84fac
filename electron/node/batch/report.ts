import { join } from 'node:path';
import type { Counts, ItemReport } from '#common/contract/batch.ts';
import type { Recipe } from '#common/contract/recipe.ts';
import { writeAtomically } from '../images/atomic-write.ts';
import { whyNot } from './skip-words.ts';

/** Files a batch leaves beside its pictures. */
export const batchFiles = {
  json: 'report.json',
  csv: 'report.csv',
  journal: 'editar-batch.jsonl',
  log: 'editar-batch.log',
  lock: 'editar-batch.lock',
} as const;

export interface BatchReport {
  readonly program: string; // version
  readonly startedAt: string;
  readonly writtenAt: string;
  readonly input: string; // folder
  readonly recipe: Recipe;
  readonly recipeHash: string;
  readonly counts: Counts;
  readonly isFinished: boolean;
  readonly totalMs: number;
  readonly busyShare: number;
  readonly tokensPerSecond: number | null;
  readonly items: readonly ItemReport[];
}

/** Writes the report for programs and the one for spreadsheets.
 * @throws AppError as `writeAtomically` */
export async function writeReports(folder: string, report: BatchReport): Promise<void> {
  const { journal, log } = batchFiles;
  const json = `${JSON.stringify({ version: 1, ...report, journal, log }, null, 2)}\n`;
  await writeAtomically(join(folder, batchFiles.json), [Buffer.from(json)]);
  await writeAtomically(join(folder, batchFiles.csv), [Buffer.from(reportCsv(report.items))]);
}

const columns: readonly (readonly [string, (item: ItemReport) => string | number | undefined])[] = [
  ['index', ({ index }) => index],
  ['input', ({ input }) => input],
  ['output', ({ outputs, output, state }) => outputs?.join('; ') ?? (state === 'done' ? output : undefined)],
  ['state', ({ state }) => state],
  ['reason', whyNot],
  ['code', ({ failure }) => failure?.code],
  ['attempts', ({ attempts }) => attempts],
  ['seed', ({ seed }) => seed],
  ['width', ({ width }) => width],
  ['height', ({ height }) => height],
  ['tokens', ({ tokens }) => tokens],
  ['ms', ({ ms }) => (ms === undefined ? undefined : Math.round(ms))],
  ['notices', ({ notices }) => notices?.join(' ')],
  ['device', ({ device }) => device],
  ['accepted', ({ accepted, outputs, picked = 0 }) => (accepted ? outputs?.[picked] : undefined)],
];

/** RFC 4180, with a byte order mark so that spreadsheets take it for UTF-8. */
export function reportCsv(items: readonly ItemReport[]): string {
  const lines = [columns.map(([name]) => name), ...items.map((item) => columns.map(([, of]) => of(item)))];
  return `\ufeff${lines.map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

/** A text that a spreadsheet would run as a formula gets an apostrophe before it, which they do not show. */
function csvCell(value: string | number | undefined): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const harmless = /^[\s]*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
