import { setCanvas } from '#common/document/canvas-commands.ts';
import { projectId } from '#common/document/records.ts';
import type { Bounds } from '#common/geometry.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { DocumentState } from './document.svelte.ts';

/** Cuts the canvas to a part of itself, as one gesture. Layers keep all their pixels, so undoing brings everything back.
 * @param part px of the canvas as it is */
export function cropCanvas(document: DocumentState, part: Bounds): void {
  document.act(t('commands.tool.crop'), (store) => {
    const { canvas } = store.require(projectId);
    setCanvas(store, { ...part, x: canvas.x + part.x, y: canvas.y + part.y });
  });
}
