import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { z } from 'zod';
import { devices, fits, ranges, zEditRequest, zTask } from '#common/contract/edit-request.ts';
import type { EditRequest, Region, Selection, Square } from '#common/contract/edit-request.ts';
import { numberOption } from './number-option.ts';

export interface EditCommand {
  readonly name: 'edit';
  readonly request: EditRequest;
}

/** What was said, and a recipe for everything else. */
export interface EditByRecipeCommand {
  readonly name: 'edit by recipe';
  readonly recipe: string; // file
  readonly said: Partial<z.input<typeof zEditRequest>> & Pick<EditRequest, 'image' | 'out'>;
}

interface EditFlags {
  readonly instruction?: string;
  readonly recipe?: string;
  readonly out: string;
  readonly task: EditRequest['task'];
  readonly model?: string;
  readonly cfg?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed: number;
  readonly variants: number;
  readonly firstVariant?: number;
  readonly crop?: Region;
  readonly square?: Square;
  readonly region?: Region;
  readonly mask?: string;
  readonly fit?: EditRequest['fit'];
  readonly device: EditRequest['device'];
  readonly raw?: boolean;
  readonly rows?: string;
  readonly json?: boolean;
}

/** `editar edit <image> -i <text> -o <file>`, or with a recipe for what is not said. */
export function addEdit(
  program: Command,
  found: (command: (EditCommand | EditByRecipeCommand) & { json: boolean }) => void,
): void {
  const edit = program
    .command('edit')
    .description('Edit one picture. For canny, depth and segmentation the input is the condition map.')
    .argument('<image>', 'picture to edit')
    .option(
      '-i, --instruction <text>',
      'what to change, or the description of what the map shows (needed without a recipe)',
    )
    .requiredOption('-o, --out <file>', 'picture to write; further variants become name-2.png, name-3.png …')
    .option('--recipe <file>', 'recipe, as JSON: for everything that is not said here')
    .addOption(new Option('--task <task>', 'what the input is').choices(zTask.options).default('edit'))
    .option('--model <id|dir>', 'installed model or folder of one (default: the embedded model)')
    .addOption(numberOption('--cfg <number>', 'guidance', ranges.cfg))
    .addOption(numberOption('--temperature <number>', 'randomness, 0 for none', ranges.temperature))
    .addOption(numberOption('--top-k <number>', 'keep the k likeliest ids, 0 for all', ranges.topK))
    .addOption(numberOption('--top-p <number>', 'keep the likeliest ids of this total probability', ranges.topP))
    .addOption(numberOption('--seed <number>', 'start of the random numbers', ranges.seed).default(0))
    .addOption(numberOption('--variants <number>', 'pictures to make side by side', ranges.variants).default(1))
    .addOption(
      numberOption('--first-variant <number>', 'which of the pictures of a seed to begin with', ranges.firstVariant),
    )
    .addOption(
      new Option('--crop <x,y,w,h>', 'cut this rectangle out first; everything else is in pixels of it').argParser(
        parseRegion,
      ),
    )
    .addOption(
      new Option('--region <x,y,w,h>', 'edit only this rectangle, in pixels of the upright picture')
        .argParser(parseRegion)
        .conflicts('mask'),
    )
    .option('--mask <file>', 'edit only where this picture of the same size is bright')
    .addOption(
      new Option('--fit <policy>', 'what the model sees (default: selection, or whole without one)').choices(fits),
    )
    .addOption(
      new Option('--square <x,y,size>', 'what the model sees, placed by hand').argParser(parseSquare).conflicts('fit'),
    )
    .addOption(new Option('--device <device>', 'where the model runs').choices(devices).default('auto'))
    .option('--raw', "write the model's own square picture, without compositing")
    .option('--rows <dir>', 'write bands of the picture there while it is decoded: row-<variant>-<row>.png')
    .option('--json', 'one JSON object per line on stdout');
  edit.action((image: string, flags: EditFlags) => {
    const { recipe, instruction, json = false } = flags;
    if (recipe !== undefined) {
      return found({ name: 'edit by recipe', recipe, said: said(edit, image, flags), json });
    }
    if (instruction === undefined)
      return edit.error('editar edit needs -i, --instruction <text>, or --recipe <file>; see editar edit --help');
    const request = zEditRequest.safeParse(toRequest(image, flags));
    if (request.success) found({ name: 'edit', request: request.data, json });
    else edit.error(request.error.issues.map(({ message }) => message).join('; '));
  });
}

/** Without what nobody said: defaults would hide the recipe's own. */
function said(edit: Command, image: string, flags: EditFlags): EditByRecipeCommand['said'] {
  const isSaid = ([name]: [string, unknown]): boolean => edit.getOptionValueSource(name) === 'cli';
  const given = Object.fromEntries(Object.entries(flags).filter(isSaid)) as Partial<EditFlags>;
  const { sampling, ...others } = toRequest(image, { ...given, out: flags.out });
  const stated = (values: object): object =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return { ...stated(others), sampling: stated(sampling), image, out: flags.out };
}

/** Rows of an earlier result cannot be named on a command line. */
function toRequest(
  image: string,
  flags: Partial<EditFlags>,
): Record<Exclude<keyof EditRequest, 'kept' | 'keepsPlace' | 'tellsRecipe' | 'sampling'>, unknown> & {
  sampling: object;
} {
  const { instruction, out, task, model, device, seed, variants, firstVariant, crop, fit, square } = flags;
  const { cfg, temperature, topK, topP } = flags;
  return {
    ...{ image, instruction, out, task, model, device, seed, variants, firstVariant, crop, fit, square },
    sampling: { cfg, temperature, topK, topP },
    selection: toSelection(flags),
    isRaw: flags.raw,
    rowsFolder: flags.rows,
  };
}

function toSelection({ region, mask }: Partial<EditFlags>): Selection | undefined {
  if (region) return { region };
  return mask === undefined ? undefined : { mask };
}

function parseRegion(text: string): Region {
  const match = /^(-?\d{1,9}),(-?\d{1,9}),(\d{1,9}),(\d{1,9})$/.exec(text);
  const [x, y, width, height] = match ? match.slice(1).map(Number) : [];
  if (x === undefined || y === undefined || !width || !height) {
    throw new InvalidArgumentError('It has to be x,y,width,height in whole pixels, width and height at least 1.');
  }
  return { x, y, width, height };
}

function parseSquare(text: string): Square {
  const match = /^(-?\d{1,9}),(-?\d{1,9}),(\d{1,9})$/.exec(text);
  const [x, y, size] = match ? match.slice(1).map(Number) : [];
  if (x === undefined || y === undefined || !size) {
    throw new InvalidArgumentError('It has to be x,y,size in whole pixels, the size at least 1.');
  }
  return { x, y, size };
}
