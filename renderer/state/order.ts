import type { BlobId } from '#common/contract/blobs.ts';
import type { EditOrder } from '#common/contract/edit-order.ts';
import { takesLikeliest } from '#common/contract/edit-request.ts';
import type { Square } from '#common/contract/edit-request.ts';
import type { LayeredPicture } from '#common/contract/pictures.ts';
import { editFromRecipe, recipeFromEdit } from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import { boundsOf } from '#common/geometry.ts';
import type { Bounds, Point } from '#common/geometry.ts';
import { place } from '#common/raster/placement.ts';
import type { Placement, SizePolicy } from '#common/raster/placement.ts';
import type { EditFit } from './edit-settings.svelte.ts';
import type { EditSettings } from './edit-settings.svelte.ts';

type Order = EditOrder;
type OrderSettings = Pick<
  EditSettings,
  'instruction' | 'task' | 'seed' | 'variants' | 'fit' | 'square' | 'device' | 'sampling'
> & { readonly model?: { readonly id: string } | undefined };

const origin: Point = { x: 0, y: 0 };

/** The edit that these settings ask for. @param selection in pixels of the picture @param corner of the picture, document space */
export function orderFrom(
  settings: OrderSettings,
  picture: LayeredPicture,
  selection?: Order['selection'],
  corner = origin,
): Order {
  const { model } = settings;
  const where = settings.task === 'edit' ? selection : undefined;
  const fit = settings.task === 'edit' ? fitOf(settings.fit, where !== undefined) : undefined;
  return {
    ...{ ...whatOf(settings), picture, firstVariant: 0 },
    ...(model && { model: model.id }),
    ...(settings.task !== 'edit' && { target: targetOf(picture) }),
    ...(where && { selection: where }),
    ...(fit && { fit }),
    ...(fit === 'square' && settings.square && { square: squareOn(corner, settings.square) }),
  };
}

/** The picture that these settings ask for, painted from a map: always from all of it, and laid over all of the canvas.
 * @param map blob of the map's PNG file @param canvas the picture it is for, whose name and samples count */
export function orderFromMap(settings: OrderSettings, map: BlobId, canvas: LayeredPicture): Order {
  const { model } = settings;
  return {
    ...{ ...whatOf(settings), picture: { blob: map, name: canvas.name }, target: targetOf(canvas), firstVariant: 0 },
    ...(model && { model: model.id }),
  };
}

const whatOf = ({ instruction, task, seed, variants, device, sampling }: OrderSettings) =>
  ({ instruction, task, seed, variants, device, sampling }) as const;

const targetOf = ({ extent, depth, profile }: LayeredPicture, bounds = boundsOf(extent)): Order['target'] => ({
  ...{ bounds, depth, profile },
});

/** Undefined: as the engine thinks best, which is around a selection and else the whole photo. */
const fitOf = (fit: EditFit, hasSelection: boolean): Order['fit'] =>
  fit === 'auto' || (fit === 'selection' && !hasSelection) ? undefined : fit;

/** A square of document space in pixels of a picture. @param corner of the picture, document space */
const squareOn = (corner: Point, { x, y, size }: Square): Square => ({ x: x - corner.x, y: y - corner.y, size });

/** Where the model will look, in pixels of the picture. @param picture document space @param selection bounds of what is selected, in pixels
 * of the picture */
export function placementOf(
  { fit, square, task }: Pick<OrderSettings, 'fit' | 'square' | 'task'>,
  picture: Bounds,
  selection: Bounds | null,
  modelSize: number,
): Placement {
  const at = square && squareOn(picture, square);
  return place(picture, task === 'edit' ? policyOf(fit, at, selection) : { kind: 'whole' }, modelSize);
}

function policyOf(fit: EditFit, square: OrderSettings['square'], selection: Bounds | null): SizePolicy {
  if (fit === 'square') return { kind: 'square', ...(square && { at: square }) };
  return selection && fit !== 'whole' ? { kind: 'selection', selection } : { kind: 'whole' };
}

/** What is kept of an edit so that it can be run again. A mask is named by the blob of its strengths, a map by that of its file.
 * @param condition how the map was found in a picture */
export function recipeFrom(
  order: Order,
  sampling: Order['sampling'],
  variant: number,
  condition?: EditRecipe['condition'],
): EditRecipe {
  const { selection, picture, target, ...edit } = order;
  const recipe = recipeFromEdit({ ...edit, sampling }, picture.name);
  const mask =
    selection && 'strengths' in selection ? { mask: selection.strengths, bounds: selection.bounds } : selection;
  return {
    ...{ ...recipe, variant, device: order.device },
    ...(mask && { selection: mask }),
    ...(target && 'blob' in picture && { map: { picture: picture.blob, bounds: target.bounds } }),
    ...(condition && { condition }),
  };
}

/** The edit a recipe describes. @param picture the one it was made from: it counts in pixels of that */
export function orderFromRecipe(recipe: EditRecipe, picture: LayeredPicture): Order {
  const { selection, map, ...rest } = recipe;
  const edit = { ...editFromRecipe(rest), selection: undefined };
  const where = selectionFrom(selection);
  const known = { ...edit, device: 'auto' as const, firstVariant: edit.firstVariant ?? 0 };
  return {
    ...{ ...known, picture: map ? { blob: map.picture as BlobId, name: picture.name } : picture },
    ...(edit.task !== 'edit' && { target: targetOf(picture, map?.bounds) }),
    ...(where && { selection: where }),
  };
}

/** A selection as an order has it. */
export function selectionFrom(selection: EditRecipe['selection']): Order['selection'] {
  if (!selection || 'region' in selection) return selection;
  return selection.bounds && { bounds: selection.bounds, strengths: selection.mask as BlobId };
}

/** Whether two orders lead to the same picture, wherever they run. */
export const isSameEdit = (one: Order, other: Order): boolean =>
  (one.seed === other.seed || takesLikeliest(one.sampling)) &&
  JSON.stringify(whatCounts(one)) === JSON.stringify(whatCounts(other));

const whatCounts = (order: Order): object => ({
  ...{ ...order, device: null },
  ...(takesLikeliest(order.sampling) && { seed: 0, firstVariant: 0 }),
});

/** The same picture again: one variant of those a recipe made. */
export const alone = (order: Order, variant: number): Order => ({
  ...order,
  variants: 1,
  firstVariant: order.firstVariant + variant,
});

/** The command line that makes the picture of a recipe. @param image the file it was made from @param mask file of the selection, where it
 * is no rectangle */
export function cliCommandOf(recipe: EditRecipe, image: string, mask = 'mask.png'): string {
  const {
    instruction,
    task,
    sampling,
    seed,
    variant = 0,
    firstVariant = 0,
    crop,
    fit,
    square,
    selection,
    model,
  } = recipe;
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
    ['--crop', crop && regionText(crop)],
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
