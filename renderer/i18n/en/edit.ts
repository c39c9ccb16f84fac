import type { Area } from '../area.ts';

/** The instruction bar, an edit under way and its picture. */
export const edit = {
  whatToChange: 'What to change',
  placeholder: 'What should change? For example: make the sky orange',
  hint: 'Enter runs the edit, Shift+Enter starts a new line.',
  noModel: 'No model is installed yet, so edits cannot run.',
  damagedModel: 'The installed model cannot be used, so edits cannot run.',
  engineLost: 'The engine is gone for a moment. Reconnecting…',
  run: 'Run',
  stop: 'Stop',
  stopping: 'Stopping…',
  looking: 'Looking at the picture…',
  finishing: 'Finishing the picture…',
  row: 'Row {row} of {rows}',
  rowAndTime: 'Row {row} of {rows}, {time}',
  secondsLeft: 'about {seconds} s left',
  minutesLeft: 'about {minutes} min left',
  picture: 'The picture {name}',
  pictureBefore: 'The picture before the edit',
  started: 'The edit has started.',
  stopped: 'The edit was stopped. Your picture is unchanged.',
  done: 'The edit is done.',
  failed: 'The edit failed.',
  underWay: 'An edit is under way. Stop it first, then open another picture.',
  cannotShow: '{name} cannot be shown. Choose a PNG, JPEG, WebP, AVIF or GIF picture.',
} as const satisfies Area;
