import { runMapEval } from '#node/models/run-map-eval.ts';
import type { MapRow } from '#node/models/run-map-eval.ts';
import { runSceneEval } from '#node/models/run-scene-eval.ts';
import type { Estimate, EvalRow } from '#node/models/run-scene-eval.ts';
import type { Services } from '#node/services.ts';
import type { CliCommand } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

type EvalCommand = Extract<CliCommand, { name: 'eval scenes' }>;
type EvalMapsCommand = Extract<CliCommand, { name: 'eval maps' }>;

/** `editar eval scenes`: what a model can do on rendered scenes, beside its baselines. @returns the exit code */
export async function evalScenes(
  { request, items, json }: EvalCommand,
  services: Services,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const say = (value: object): void => terminal.result(JSON.stringify(value));
  let right = 0;
  const { settings, rows } = await runSceneEval(request, services, signal, (scores, done, of) => {
    for (const score of scores) {
      if (score.answerer === 'model' && score.strict) right++;
      if (json && items) say({ type: 'item', ...score });
    }
    terminal.progress(`${done} of ${of} items, ${right} right`);
  });
  if (json) {
    say({ type: 'settings', ...settings });
    for (const row of rows) say({ type: 'row', ...row });
  } else {
    const { cfg, temperature, topK, topP } = settings.sampling;
    terminal.note(
      `${settings.model}, ${settings.split}, ${settings.layout === 'slots' ? '' : `level ${settings.layout}, `}${request.maps ?? 'true'} maps, guidance ${cfg}, temperature ${temperature}, top-k ${topK}, top-p ${topP}, ` +
        `seed ${settings.seed}, one answer per item; 95 % intervals; rendered scenes only, not photographs`,
    );
    for (const line of evalLines(rows)) terminal.result(line);
  }
  return exitCodes.done;
}

/** `editar eval maps`: how good the maps of networks are on rendered scenes, beside their baselines. @returns the exit code */
export async function evalMaps(
  { request, json }: EvalMapsCommand,
  { library }: Services,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const rows = await runMapEval(request, library, signal, (done, of) => terminal.progress(`${done} of ${of} scenes`));
  if (json) for (const row of rows) terminal.result(JSON.stringify({ type: 'row', ...row }));
  else {
    terminal.note(
      `${request.split}, level ${request.layout}; 95 % intervals; depth in grey levels; rendered scenes only, not photographs`,
    );
    for (const line of columnsOf(rows.map(mapCells))) terminal.result(line);
  }
  return exitCodes.done;
}

const mapCells = ({ map, maker, of, n, values }: MapRow): string[] => [
  ...[map, maker, of, String(n)],
  ...Object.entries(values).map(([name, value]) => `${name} ${inWords(value, /rmse/i.test(name) ? 1 : 3)}`),
];

const columns = ['question', 'answer by', 'n', 'applied', 'kind', 'strict', 'unchanged cells', 'edit dB', 'whole dB'];

/** The table, with columns of equal width. */
export const evalLines = (rows: readonly EvalRow[]): string[] => columnsOf([columns, ...rows.map(rowCells)]);

function columnsOf(cells: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const rowCells = (row: EvalRow): string[] => [
  row.question,
  row.answerer,
  String(row.n),
  ...[row.applied, row.kind, row.strict].map((share) => inWords(share, 2)),
  inWords(row.unchanged, 3),
  ...[row.editPsnr, row.psnr].map((level) => inWords(level, 1)),
];

function inWords(estimate: Estimate | null, digits: number): string {
  if (!estimate) return '–';
  const [mean, low, high] = [estimate.mean, estimate.low, estimate.high].map((value) => value.toFixed(digits));
  return `${mean} [${low}, ${high}]`;
}
