import type { Chord } from './keys.ts';

/** Keys that belong to what has the keyboard, and to the tool in hand, rather than to a command: nobody can choose others. By the part of the
 * page they are for; what they do is the message `help.key_<name>`. */
export const fixedKeys = {
  canvas: {
    nudge: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
    corner: ['Alt+ArrowLeft', 'Alt+ArrowRight', 'Alt+ArrowUp', 'Alt+ArrowDown'],
    brushSize: ['[', ']'],
    hardness: ['{', '}'],
    opacity: ['1', '…', '9', '0'],
    finish: ['Enter'],
    cornerBack: ['Backspace'],
    giveUp: ['Escape'],
    carry: ['Space'],
    add: ['Shift'],
    takeAway: ['Alt'],
    chooseLayer: ['Mod'],
  },
  lists: {
    rename: ['F2'],
    remove: ['Delete'],
    order: ['Alt+ArrowUp', 'Alt+ArrowDown'],
    otherResult: ['ArrowLeft', 'ArrowRight'],
    keepResult: ['Enter'],
  },
} as const satisfies Record<string, Record<string, readonly Chord[]>>;
export type FixedKey = { [Part in keyof typeof fixedKeys]: keyof (typeof fixedKeys)[Part] }[keyof typeof fixedKeys];
