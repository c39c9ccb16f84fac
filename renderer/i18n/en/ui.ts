import type { Area } from '../area.ts';

/** Words of the controls themselves, wherever they are. */
export const ui = {
  close: 'Close',
  cancel: 'Cancel',
  dismiss: 'Dismiss',
  details: 'Details',
  copyDetails: 'Copy details',
  copied: 'Copied',
  reset: 'Reset {label}',
  problems: 'Messages',
  partMissing: 'This part of the program could not be loaded.',
  partMissingMore: 'Your work is kept. Load the page again.',
  colourNumber: '{label}, as a number',
} as const satisfies Area;
