import type { BlobId } from '#common/contract/blobs.ts';
import type { Making, TileOptions } from '#common/contract/documents.ts';
import { AppError } from '#common/contract/errors.ts';
import { openPicture } from '#common/document/canvas-commands.ts';
import type { NewImage } from '#common/document/layer-commands.ts';
import { zStoredRecipe } from '#common/document/records.ts';
import type { DocumentRecord } from '#common/document/records.ts';
import { decodeImage } from '../images/decode.ts';
import type { DecodedImage } from '../images/decode.ts';
import { hasColoursOf, inDocumentColours } from '../images/document-colours.ts';
import { storeTiles } from '../images/picture-tiles.ts';
import type { TileBlobs } from '../images/picture-tiles.ts';
import { readRecipeOf } from '../images/read-recipe.ts';

/** The bytes of a picture and what the person calls it. */
export interface PictureSource {
  readonly blob: BlobId;
  readonly name: string;
}

/** Makes a document of a picture: one layer in the picture's own depth and colours, and the file itself beside it.
 * @throws AppError `image-unreadable`, `image-too-large`, `disk-full` */
export async function openAsDocument(
  bytes: Uint8Array,
  source: PictureSource,
  blobs: TileBlobs,
): Promise<{ records: DocumentRecord[]; notices: string[]; making: Making | null }> {
  const { raster, metadata } = await decodeNamed(bytes, source.name);
  const isColour = raster.channels > 2;
  const colours = { depth: raster.depth, ...(isColour && raster.profile && { profile: raster.profile }) };
  const notice = hasColoursOf(raster, colours) ? [] : ['The grey values were converted from their profile to sRGB.'];
  const own = await inDocumentColours(raster, colours);
  const image: NewImage = { ...sizeOf(own), channels: 4, depth: own.depth, tiles: await storeTiles(own, blobs) };
  const profile = colours.profile ? await blobs.put(colours.profile) : null;
  const store = openPicture({ name: source.name, image, profile, source });
  const making = await makingOf(bytes, source.name);
  return { records: store.all(), notices: [...metadata.notices, ...notice], making };
}

/** Reads a picture as tiles in a document's depth and colours. Tiles that are the same as those of `without` are null. */
export async function readPictureTiles(picture: BlobId, options: TileOptions, blobs: TileBlobs) {
  const { depth, profile, without, name } = options;
  const bytes = await blobs.get(picture);
  const { raster } = await (name === undefined ? decodeImage(bytes) : decodeNamed(bytes, name));
  const own = await inDocumentColours(raster, { depth, ...(profile && { profile: await blobs.get(profile) }) });
  const tiles = await storeTiles(own, blobs);
  const added = tiles.map((tile, index) => (without && tile === without[index] ? null : tile));
  return { ...sizeOf(own), channels: 4 as const, depth, tiles: added };
}

async function makingOf(bytes: Uint8Array, name: string): Promise<Making | null> {
  const { recipe, parameters } = await readRecipeOf(bytes, name);
  const own = zStoredRecipe.safeParse(recipe).data ?? null;
  if (!own && !parameters) return null;
  const { prompt = '', negativePrompt = '', fields = {} } = parameters ?? {};
  return { recipe: own, prompt, negativePrompt, fields };
}

/** The error names the picture as the person does. */
async function decodeNamed(bytes: Uint8Array, path: string): Promise<DecodedImage> {
  return await decodeImage(bytes).catch((error: unknown) => {
    throw error instanceof AppError ? new AppError(error.code, { ...error.data, path }, { cause: error }) : error;
  });
}

const sizeOf = ({ width, height }: { width: number; height: number }) => ({ extent: { width, height } });
