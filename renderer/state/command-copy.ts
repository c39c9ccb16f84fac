import { canvasOfVersion } from '#common/document/version-commands.ts';
import type { Version } from '#common/document/records.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { cliCommandOf } from './order.ts';
import { recipeFiles } from './recipe-files.ts';
import { recipeForElsewhere } from './results.svelte.ts';

/** Copies the command line that makes a version again. Where the edit had a selection with soft or free edges, that is saved as a picture
 * for the command to read; which files it expects is said. */
export async function copyAsCommand({ document, engine, host, problems }: AppState, version: Version): Promise<void> {
  const { project } = document;
  if (!project) return;
  const recipe = recipeForElsewhere(document.store, version);
  const photo = project.source?.name ?? document.name;
  const [, mask] = await recipeFiles(recipe, version.title, canvasOfVersion(document.store, version), engine.require());
  if (mask && !(await host.dialogs.savePicture(mask))) return;
  await navigator.clipboard.writeText(cliCommandOf(recipe, photo, mask?.name));
  const files = mask ? t('results.commandFiles', { photo, mask: mask.name }) : t('results.commandFile', { photo });
  problems.notice(t('results.commandCopied'), files);
}
