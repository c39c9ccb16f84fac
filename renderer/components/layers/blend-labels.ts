import type { Layer } from '#common/document/records.ts';
import { t } from '../../i18n/i18n.svelte.ts';

/** What a blend mode is called. */
export const blendLabel = (mode: Layer['blend']): string => t(`layers.blend_${mode}`);
