import type { Area } from '../area.ts';

/** The screen before a picture is open. */
export const welcome = {
  title: 'Open a picture to edit it',
  lead: 'Say what to change in your own words. Everything happens on this machine; nothing is uploaded.',
  open: 'Open a picture…',
  drop: 'or drop one anywhere in this window',
  noModel: 'No model is installed yet.',
  noModelMore: 'You can open and look at pictures now. Editing begins as soon as there is a model. To install one:',
  damaged: 'The installed model cannot be used.',
} as const satisfies Area;
