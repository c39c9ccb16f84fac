import type { EditOptions } from '#models/api';
import type { OpenedPack } from '#models';
import type { EditRequest } from '#common/contract/edit-request.ts';
import { recipeFromEdit } from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import type { Extent } from '#common/geometry.ts';
import type { RecipeStamp } from '../images/recipe-metadata.ts';

export interface Made {
  readonly request: EditRequest;
  readonly options: EditOptions; // with the model's own numbers filled in
  readonly pack: OpenedPack['pack'];
  readonly device: string; // it ran there
  readonly variant: number;
  readonly size: Extent; // of the written picture
  readonly version: string; // of the program
}

/** What a written picture says of how it was made. */
export function recipeOf({ request, options, pack, device, variant, size, version }: Made): RecipeStamp {
  const { image, instruction, task } = request;
  const { cfg, temperature, topK, topP, seed, variants } = options;
  const sampling = { cfg, temperature, topK, topP };
  const model = { id: pack.id, precision: pack.precision };
  const recipe: EditRecipe = { ...recipeFromEdit({ ...request, sampling }, image), model, variant, device };
  const fields = {
    ...{ Steps: pack.grid ** 2, 'CFG scale': cfg, Seed: seed, Size: `${size.width}x${size.height}`, Model: pack.id },
    ...{ Temperature: temperature, 'Top K': topK, 'Top P': topP, Task: task, Variant: `${variant + 1} of ${variants}` },
  };
  return {
    recipe,
    parameters: { prompt: instruction, fields },
    system: pack.title,
    systemVersion: version,
    isWhollyNew: task !== 'edit',
  };
}
