import type { ExportOptions } from '#common/contract/documents.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentRecord, Version } from '#common/document/records.ts';
import { cropOfVersion } from '#common/document/version-commands.ts';
import type { Region } from '#common/contract/edit-request.ts';
import { DocumentStore } from '#common/document/store.ts';
import { toDepth } from '#common/raster/depth.ts';
import { decodeImage } from '../images/decode.ts';
import { encodeParts } from '../images/encode.ts';
import type { EncodeOptions, Encoded } from '../images/encode.ts';
import { pause } from '../images/pause.ts';
import { flattenDocument, profileOf, wholeRaster } from '../images/flatten.ts';
import type { RecipeStamp } from '../images/recipe-metadata.ts';
import type { BlobStore } from '../blobs/blob-store.ts';

type PictureOptions = ExportOptions & { readonly format: Exclude<ExportOptions['format'], 'ora' | 'psd'> };

/** What is seen of a document as a picture file, with the metadata of the picture that was opened and the recipe of the uppermost edit.
 * @param version of the program @throws AppError `unsupported-size` */
export async function exportPicture(
  records: readonly DocumentRecord[],
  options: PictureOptions,
  blobs: BlobStore,
  version: string,
): Promise<Encoded> {
  const { format, quality, depth } = options;
  const about = await aboutPicture(records, options, blobs, version);
  const raster = await wholeRaster(flattenDocument(records, blobs), await profileOf(records, blobs));
  const wanted = await toDepth(raster, depth ?? raster.depth, pause);
  return await encodeParts(wanted, format, { quality, ...about });
}

/** What the person wants a file to tell besides its pixels. */
export async function aboutPicture(
  records: readonly DocumentRecord[],
  { keepsMetadata, keepsPlace: keepGps, hasRecipe }: ExportOptions,
  blobs: BlobStore,
  version: string,
): Promise<Pick<EncodeOptions, 'metadata' | 'recipe' | 'keepGps'>> {
  const metadata = keepsMetadata ? await sourceMetadata(records, blobs) : undefined;
  const recipe = hasRecipe ? recipeStamp(records, version) : undefined;
  return { metadata, recipe, keepGps };
}

async function sourceMetadata(
  records: readonly DocumentRecord[],
  blobs: BlobStore,
): Promise<EncodeOptions['metadata'] | undefined> {
  const { source } = new DocumentStore(records).require(projectId);
  return source ? (await decodeImage(await blobs.get(source.blob))).metadata : undefined;
}

/** Of the uppermost visible layer that an edit made. */
function recipeStamp(records: readonly DocumentRecord[], systemVersion: string): RecipeStamp | undefined {
  const store = new DocumentStore(records);
  const layers = store.require(projectId).layerOrder.map((id) => store.require(id));
  const edited = layers.findLast(({ isVisible, version }) => isVisible && version !== null && store.get(version));
  const version = edited?.version && store.require(edited.version);
  return version ? stampOf(version, cropOfVersion(store, version), systemVersion) : undefined;
}

function stampOf(version: Version, crop: Region | undefined, systemVersion: string): RecipeStamp {
  const { title, seed, model } = version;
  const recipe: Version['recipe'] = { ...version.recipe, ...(crop && { crop }) };

  const sampling = typeof recipe.sampling === 'object' && !Array.isArray(recipe.sampling) ? recipe.sampling : null;
  const cfg = sampling?.cfg;
  const prompt = typeof recipe.instruction === 'string' ? recipe.instruction : title;
  const fields = { ...(typeof cfg === 'number' && { 'CFG scale': cfg }), Seed: seed, Model: model };
  const isWhollyNew = recipe.task !== undefined && recipe.task !== 'edit';
  return { recipe, parameters: { prompt, fields }, system: model, systemVersion, isWhollyNew };
}
