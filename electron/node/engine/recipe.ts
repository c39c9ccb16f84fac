import { basename } from 'node:path';
import type { EditOptions } from '#models/api';
import type { OpenedPack } from '#models';
import type { EditRequest } from '#common/contract/edit-request.ts';
import type { Extent } from '#common/geometry.ts';
import type { RecipeStamp } from '../images/recipe-metadata.ts';

export interface Made {
  readonly request: EditRequest;
  readonly options: EditOptions; // with the model's own numbers filled in
  readonly pack: OpenedPack['pack'];
  readonly variant: number;
  readonly size: Extent; // of the written picture
  readonly version: string; // of the program
}

/** What a written picture says of how it was made. Of files only names are told, never where they lie. */
export function recipeOf({ request, options, pack, variant, size, version }: Made): RecipeStamp {
  const { image, instruction, task, selection, fit } = request;
  const { cfg, temperature, topK, topP, seed, variants } = options;
  const where = selection && 'mask' in selection ? { mask: basename(selection.mask) } : selection;
  const model = { id: pack.id, precision: pack.precision };
  const recipe = {
    ...{ version: 1, task, instruction, model, sampling: { cfg, temperature, topK, topP }, seed, variants, variant },
    ...{ fit, selection: where, image: basename(image) },
  };
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
