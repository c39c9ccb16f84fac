import sharp from 'sharp';
import { AppError } from '#common/contract/errors.ts';
import { userComment } from './exif.ts';
import { defaultLimits } from './limits.ts';
import { bareExif } from './metadata.ts';
import { otherParameters } from './other-recipes.ts';
import { readPngTexts } from './png-chunks.ts';
import { readImageFile } from './read-image-file.ts';
import { parametersKeyword, parseParameters, recipeKeyword } from './recipe-metadata.ts';
import type { GenerationParameters } from './recipe-metadata.ts';
import { sniffFormat } from './sniff.ts';
import { ourProperty } from './xmp.ts';

/** What a file tells about how its picture was made. */
export interface FoundRecipe {
  readonly recipe?: unknown; // ours, parsed but not checked: validate before use
  readonly parameters?: GenerationParameters; // ours or another program's
}

/** Looks for our recipe and for a `parameters` text: in the texts of a PNG, else in XMP, else in EXIF's comment, where other
 * programs put it; else for what InvokeAI and ComfyUI note. Pixels are not decoded.
 * @throws AppError `image-unreadable`, `image-too-large` */
export async function readRecipe(path: string): Promise<FoundRecipe> {
  return await readRecipeOf(await readImageFile(path, defaultLimits), path);
}

/** The same of a file's bytes. @param path names it in errors */
export async function readRecipeOf(bytes: Uint8Array, path: string): Promise<FoundRecipe> {
  const texts = sniffFormat(bytes) === 'png' ? readPngTexts(bytes) : [];
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw new AppError('image-unreadable', { path, reason: 'it is damaged, or not a picture' }, { cause });
    });
  const textOf = (keyword: string): string | undefined => texts.find((text) => text.keyword === keyword)?.text;
  const json = textOf(recipeKeyword) ?? (header.xmp && ourProperty(header.xmp, 'recipe'));
  const parameters =
    textOf(parametersKeyword) ??
    (header.xmp && ourProperty(header.xmp, 'parameters')) ??
    (header.exif && userComment(bareExif(header.exif)));
  const recipe = json === undefined ? undefined : parseJson(json);
  const noted = parameters === undefined ? otherParameters(texts) : parseParameters(parameters);
  return {
    ...(recipe !== undefined && { recipe }),
    ...(noted && { parameters: noted }),
  };
}

/** A recipe cut off or written by hand is no reason to refuse the picture. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
