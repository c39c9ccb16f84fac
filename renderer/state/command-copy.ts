import type { Extent } from '#common/geometry.ts';
import { maskOfStrengths } from '#common/raster/masks.ts';
import type { Mask } from '#common/raster/masks.ts';
import type { BlobId } from '#common/contract/blobs.ts';
import type { Version } from '#common/document/records.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { cliCommandOf } from './order.ts';
import { recipeOfVersion } from './results.svelte.ts';

/** Copies the command line that makes a version again. Where the edit had a selection with soft or free edges, that is saved as a picture
 * for the command to read; which files it expects is said. */
export async function copyAsCommand({ document, engine, host, problems }: AppState, version: Version): Promise<void> {
  const { project } = document;
  if (!project) return;
  const recipe = recipeOfVersion(version);
  const photo = project.source?.name ?? document.name;
  const { selection } = recipe;
  const mask = selection && 'mask' in selection && selection.bounds ? selection : undefined;
  const maskName = `${photo.replace(/\.[^.]*$/, '')}.mask.png`;
  if (mask?.bounds) {
    const strengths = await engine.require().blobs.get(mask.mask as BlobId);
    const bytes = await maskPicture(maskOfStrengths(mask.bounds, strengths, project.canvas), project.canvas);
    if (!(await host.dialogs.savePicture({ name: maskName, bytes }))) return;
  }
  await navigator.clipboard.writeText(cliCommandOf(recipe, photo, maskName));
  const files = mask ? t('results.commandFiles', { photo, mask: maskName }) : t('results.commandFile', { photo });
  problems.notice(t('results.commandCopied'), files);
}

/** A mask as a grey PNG file, as large as the picture: white where all is selected. */
async function maskPicture({ bounds, data }: Mask, { width, height }: Extent): Promise<Uint8Array> {
  const pixels = new ImageData(width, height);
  for (let i = 3; i < pixels.data.length; i += 4) pixels.data[i] = 255;
  for (let y = 0; y < bounds.height; y++) {
    for (let x = 0; x < bounds.width; x++) {
      const at = ((bounds.y + y) * width + bounds.x + x) * 4;
      pixels.data.fill(data[y * bounds.width + x]!, at, at + 3);
    }
  }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}
