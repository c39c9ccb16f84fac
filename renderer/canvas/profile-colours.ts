import type { BlobId } from '#common/contract/blobs.ts';
import type { EngineServices } from '#common/contract/services.ts';
import { screenColours } from '#common/raster/screen-colours.ts';
import type { ScreenColours } from '#common/raster/screen-colours.ts';
import { asTables } from '#common/raster/screen-table.ts';

/** How samples under a profile are shown: computed here where that can be done, else from tables of the engine. Undefined: as they are. */
export async function coloursOf(
  { blobs, pictures }: Pick<EngineServices, 'blobs' | 'pictures'>,
  profile: BlobId,
): Promise<ScreenColours | undefined> {
  const own = screenColours(await blobs.get(profile));
  if (own) return own;
  const tables = await pictures.screenTables(profile);
  return tables ? asTables(tables) : undefined;
}
