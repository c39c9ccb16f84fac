import { t } from '../../i18n/i18n.svelte.ts';
import type { EditTask } from '../../state/edit-settings.svelte.ts';

/** What a model can be asked to do, for a list to choose from. */
export const taskItems = (): { readonly value: EditTask; readonly label: string }[] => [
  { value: 'edit', label: t('edit.taskEdit') },
  { value: 'canny', label: t('edit.taskCanny') },
  { value: 'depth', label: t('edit.taskDepth') },
  { value: 'segmentation', label: t('edit.taskSegmentation') },
];
