import type { Area } from '../area.ts';

/** The screen before a picture is open. */
export const welcome = {
  title: 'Open a picture to edit it',
  lead: 'Say what to change in your own words. Everything happens on this machine; nothing is uploaded.',
  open: 'Open a picture…',
  drop: 'or drop one anywhere in this window, or paste it',
  dropNow: 'Let go to open it',
  restore: 'The program stopped while you were working. Nothing is lost.',
  changes: { one: '{count} change · {when}', other: '{count} changes · {when}' },
  unsaved: 'Unsaved work · {when}',
  restoreIt: 'Restore',
  forget: 'Forget',
  forgetTitle: 'Forget {name}?',
  forgetText:
    'What was done since it was last saved cannot be brought back afterwards. The file it came from is not touched.',
  samples: 'Try it on a sample',
  samplesLead: 'Choose a sentence and watch the picture change.',
  mapSamples: 'Or paint a picture from a map',
  mapSamplesLead: 'Choose a sentence: edges, depth or classes become a picture.',
  tryIt: '{instruction} ({title})',
  openSample: 'Open {title}',
  noModel: 'No model is installed yet.',
  noModelMore: 'You can open and look at pictures now. Editing begins as soon as there is a model. To install one:',
  damaged: 'The installed model cannot be used.',
  damagedMore: 'You can open and look at pictures. To edit, install the program again or add another model.',
  lost: 'The engine stopped and is being started again.',
  lostMore: 'Your work is kept. This takes a few seconds.',
  connecting: 'Starting the engine…',
} as const satisfies Area;
