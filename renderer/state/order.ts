import type { BlobId } from '#common/contract/blobs.ts';
import type { EditOrder } from '#common/contract/edit-order.ts';
import type { LayeredPicture } from '#common/contract/pictures.ts';
import { editFromRecipe, recipeFromEdit } from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import type { Bounds, Extent } from '#common/geometry.ts';
import { place } from '#common/raster/placement.ts';
import type { Placement, SizePolicy } from '#common/raster/placement.ts';
import type { EditFit } from './edit-settings.svelte.ts';
import type { EditSettings } from './edit-settings.svelte.ts';

type Order = EditOrder;
type OrderSettings = Pick<
  EditSettings,
  'instruction' | 'task' | 'seed' | 'variants' | 'fit' | 'square' | 'device' | 'sampling'
> & { readonly model?: { readonly id: string } | undefined };

/** A selection that was put where the engine can read it. */
export interface SentSelection {
  readonly bounds: Bounds;
  readonly strengths: BlobId;
}

/** The edit that these settings ask for. Selections are for the task `edit`: a map is painted as a whole. */
export function orderFrom(settings: OrderSettings, picture: LayeredPicture, selection?: SentSelection): Order {
  const { instruction, task, seed, variants, device, sampling, model } = settings;
  const where = task === 'edit' ? selection : undefined;
  const fit = fitOf(settings.fit, where !== undefined);
  return {
    ...{ picture, instruction, task, seed, variants, device, sampling, firstVariant: 0 },
    ...(model && { model: model.id }),
    ...(where && { selection: where }),
    ...(fit && { fit }),
    ...(fit === 'square' && settings.square && { square: settings.square }),
  };
}

/** Undefined: as the engine thinks best, which is around a selection and else the whole photo. */
const fitOf = (fit: EditFit, hasSelection: boolean): Order['fit'] =>
  fit === 'auto' || (fit === 'selection' && !hasSelection) ? undefined : fit;

/** Where the model will look. @param selection bounds of what is selected */
export function placementOf(
  { fit, square, task }: Pick<OrderSettings, 'fit' | 'square' | 'task'>,
  picture: Extent,
  selection: Bounds | null,
  modelSize: number,
): Placement {
  return place(picture, policyOf(fit, square, task === 'edit' ? selection : null), modelSize);
}

function policyOf(fit: EditFit, square: OrderSettings['square'], selection: Bounds | null): SizePolicy {
  if (fit === 'square') return { kind: 'square', ...(square && { at: square }) };
  return selection && fit !== 'whole' ? { kind: 'selection', selection } : { kind: 'whole' };
}

/** What is kept of an edit so that it can be run again. A mask is named by the blob of its strengths. */
export function recipeFrom(order: Order, sampling: Order['sampling'], variant: number): EditRecipe {
  const { selection, picture, ...edit } = order;
  const recipe = recipeFromEdit({ ...edit, sampling }, picture.name);
  const mask =
    selection && 'strengths' in selection ? { mask: selection.strengths, bounds: selection.bounds } : selection;
  return { ...recipe, variant, device: order.device, ...(mask && { selection: mask }) };
}

/** The edit a recipe describes, of a picture of this document. */
export function orderFromRecipe(recipe: EditRecipe, picture: LayeredPicture): Order {
  const { selection, ...rest } = recipe;
  const edit = { ...editFromRecipe(rest), selection: undefined };
  const where = selectionFrom(selection);
  const known = { ...edit, device: 'auto' as const, firstVariant: edit.firstVariant ?? 0 };
  return { ...known, picture, ...(where && { selection: where }) };
}

function selectionFrom(selection: EditRecipe['selection']): Order['selection'] {
  if (!selection || 'region' in selection) return selection;
  return selection.bounds && { bounds: selection.bounds, strengths: selection.mask as BlobId };
}

/** The same picture again: one variant of those a recipe made. */
export const alone = (order: Order, variant: number): Order => ({
  ...order,
  variants: 1,
  firstVariant: order.firstVariant + variant,
});

/** The command line that makes the picture of a recipe. @param image the file it was made from @param mask file of the selection, where it
 * is no rectangle */
export function cliCommandOf(recipe: EditRecipe, image: string, mask = 'mask.png'): string {
  const { instruction, task, sampling, seed, variant = 0, firstVariant = 0, fit, square, selection, model } = recipe;
  const flags: (readonly [string, string | number | undefined])[] = [
    ['-i', quoted(instruction)],
    ['-o', quoted(`${image.replace(/\.[^.]*$/, '')} edited.png`)],
    ['--task', task === 'edit' ? undefined : task],
    ['--model', model && quoted(model.id)],
    ['--cfg', sampling.cfg],
    ['--temperature', sampling.temperature],
    ['--top-k', sampling.topK],
    ['--top-p', sampling.topP],
    ['--seed', seed],
    ['--first-variant', firstVariant + variant || undefined],
    ['--fit', square ? undefined : fit],
    ['--square', square && `${square.x},${square.y},${square.size}`],
    ['--region', selection && 'region' in selection ? regionText(selection.region) : undefined],
    ['--mask', selection && 'mask' in selection ? quoted(mask) : undefined],
  ];
  const given = flags.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  return ['editar edit', quoted(image), ...given].join(' ');
}

const regionText = ({ x, y, width, height }: Bounds): string => [x, y, width, height].join(',');

/** For the shells of Unix, and for Windows' where there is no quote inside. */
const quoted = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
