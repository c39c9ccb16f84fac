import { dirname, join } from 'node:path';
import { zEditRequest } from '#common/contract/edit-request.ts';
import type { EditRequest } from '#common/contract/edit-request.ts';
import { AppError } from '#common/contract/errors.ts';
import { aloneRecipe, editFromRecipe, isMapRecipe } from '#common/contract/recipe.ts';
import { readRecipeFile } from '#node/batch/run-batch.ts';
import type { EditByRecipeCommand } from '../edit-arguments.ts';

/** The request of a recipe and what was said instead of parts of it. A mask lies beside the recipe, unless another one was named.
 * @throws AppError `recipe-invalid` */
export async function requestByRecipe({ recipe: path, said }: EditByRecipeCommand): Promise<EditRequest> {
  const recipe = await readRecipeFile(path);
  if (isMapRecipe(recipe)) {
    throw new AppError('recipe-invalid', {
      path,
      reason: 'it makes a map and edits nothing: use editar conditions or batch',
    });
  }
  const { selection } = recipe;
  const mask = selection && 'mask' in selection ? join(dirname(path), selection.mask) : undefined;
  const { sampling, ...edit } = editFromRecipe(said.variants === undefined ? aloneRecipe(recipe) : recipe, mask);
  const instead = { ...(said.fit && { square: undefined }), ...(said.square && { fit: undefined }) }; // only one of them can be
  const request = zEditRequest.safeParse({
    ...{ ...edit, ...instead, ...said },
    sampling: { ...sampling, ...said.sampling },
  });
  if (request.success) return request.data;
  const reasons = request.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new AppError('recipe-invalid', { path, reason: reasons.join('; ') });
}
