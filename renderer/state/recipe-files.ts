import type { z } from 'zod';
import { zBlobId } from '#common/contract/blobs.ts';
import type { BlobId } from '#common/contract/blobs.ts';
import type { zMap } from '#common/contract/map-service.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import type { NamedBytes } from '#common/contract/services.ts';
import type { Extent } from '#common/geometry.ts';

/** What of the engine's services is needed. */
interface Services {
  readonly blobs: { get(id: BlobId): Promise<Uint8Array> };
  readonly maps: { write(map: z.input<typeof zMap>): Promise<Uint8Array> };
}

/** The files that replay an edit anywhere: its recipe and, where its selection is painted, a picture of that beside it.
 * @param title what it does, for the names @param canvas of the picture that was edited */
export async function recipeFiles(
  recipe: EditRecipe,
  title: string,
  canvas: Extent,
  services: Services,
): Promise<NamedBytes[]> {
  const name = nameOf(title);
  const own = { ...recipe, map: undefined }; // a blob of this project: elsewhere the picture is the map, or has one made
  const mask = recipe.selection && 'mask' in recipe.selection ? recipe.selection : undefined;
  const file = (content: EditRecipe): NamedBytes => ({
    name: `${name}.recipe.json`,
    bytes: new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`),
  });
  if (!mask?.bounds) return [file(own)];
  const strengths = await services.blobs.get(zBlobId.parse(mask.mask));
  const { width, height } = canvas;
  const data = new Uint8Array(width * height);
  for (let row = 0; row < mask.bounds.height; row++) {
    const from = strengths.subarray(row * mask.bounds.width, (row + 1) * mask.bounds.width);
    data.set(from, (mask.bounds.y + row) * width + mask.bounds.x);
  }
  const picture = {
    name: `${name}.mask.png`,
    bytes: await services.maps.write({ kind: 'depth', width, height, data }),
  }; // grey
  return [file({ ...own, selection: { mask: picture.name } }), picture];
}

/** A name for files, after what the edit does. */
const nameOf = (title: string): string =>
  title
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60) || 'edit';

/** What is no JSON is no recipe either, which is told in the same words. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
