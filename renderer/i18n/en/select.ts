import type { Area } from '../area.ts';

/** Selections that are kept under a name. */
export const select = {
  saved: 'Saved selections',
  keep: 'Save selection',
  name: 'Selection {number}',
  keeping: 'Saving the selection…',
  kept: 'Saved as “{name}”. It is kept in the project.',
  loading: 'Loading the selection…',
  load: 'Select “{name}”',
  add: 'Add “{name}” to the selection',
  subtract: 'Take “{name}” from the selection',
  intersect: 'Keep what both the selection and “{name}” have',
  remove: 'Delete “{name}”',
  rename: 'Name of the selection',
  renameName: 'Rename selection',
  removeName: 'Delete saved selection',
  isOutside: '“{name}” lies outside of the picture: it was cut away. Undo the crop to select it.',
  none: 'No selection is saved yet',
  noneMore: 'Select something, then choose Save selection. Saved selections are part of the project.',
  all: 'All saved selections…',
} as const satisfies Area;
