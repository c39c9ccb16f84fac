/** A key with its modifiers, as `Mod+Shift+S`: `Mod` is Cmd on a Mac and Ctrl elsewhere. Modifiers come in the order Mod, Ctrl, Alt, Shift. */
export type Chord = string;

export type Platform = 'mac' | 'other';

const order = ['Mod', 'Ctrl', 'Alt', 'Shift'] as const;
type Modifier = (typeof order)[number];

export const platformOf = (agent: string): Platform => (/Mac|iPhone|iPad/.test(agent) ? 'mac' : 'other');

/** What was pressed; undefined while only modifiers are held. Letters count by what they write, so a keyboard's layout is kept. */
export function chordOf(event: KeyboardEvent, platform: Platform): Chord | undefined {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (['Control', 'Meta', 'Alt', 'Shift', 'AltGraph', 'Dead', 'Process', 'Unidentified'].includes(key))
    return undefined;
  const name = keyName(key);
  const held: Record<Modifier, boolean> = {
    Mod: platform === 'mac' ? metaKey : ctrlKey,
    Ctrl: platform === 'mac' && ctrlKey,
    Alt: altKey,
    Shift: shiftKey && !isShiftedSign(name), // `?` says by itself that Shift was held
  };
  return [...order.filter((modifier) => held[modifier]), name].join('+');
}

const keyName = (key: string): string =>
  key === ' ' ? 'Space' : key === '+' ? 'Plus' : key.length === 1 ? key.toUpperCase() : key;
const isShiftedSign = (name: string): boolean => name === 'Plus' || (name.length === 1 && !/[A-Z0-9]/.test(name));

const macSigns: Readonly<Record<string, string>> = { Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' };
const signs: Readonly<Record<string, string>> = {
  ...{ ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Plus: '+', Delete: 'Del' },
  ...{ Mod: 'Ctrl', PageUp: 'PgUp', PageDown: 'PgDn', '-': '−' },
};
const macKeys: Readonly<Record<string, string>> = { Enter: '↩', Backspace: '⌫', Delete: '⌦', Tab: '⇥' };

/** The keys one by one, as they are printed on the keyboard, in the order of the platform's own menus. */
export function keyCaps(chord: Chord, platform: Platform): string[] {
  const names = chord.split('+');
  if (platform === 'other') return names.map((name) => signs[name] ?? name);
  const last = names.pop()!;
  const held = ['Ctrl', 'Alt', 'Shift', 'Mod'].filter((name) => names.includes(name));
  return [...held, last].map((name) => macSigns[name] ?? macKeys[name] ?? signs[name] ?? name);
}

/** The keys in one word: `Ctrl+Shift+S` or `⇧⌘S`. */
export const chordText = (chord: Chord, platform: Platform): string =>
  keyCaps(chord, platform).join(platform === 'mac' ? '' : '+');

/** As Electron's menu wants it. */
export function accelerator(chord: Chord): string {
  const names: Readonly<Record<string, string>> = {
    ...{ Mod: 'CmdOrCtrl', Enter: 'Return', Escape: 'Esc' },
    ...{ ArrowUp: 'Up', ArrowDown: 'Down', ArrowLeft: 'Left', ArrowRight: 'Right' },
  };
  return chord
    .split('+')
    .map((name) => names[name] ?? name)
    .join('+');
}

/** As the attribute `aria-keyshortcuts` wants it. */
export const ariaKeys = (chord: Chord, platform: Platform): string =>
  chord
    .split('+')
    .map((name) => (name === 'Mod' ? (platform === 'mac' ? 'Meta' : 'Control') : name === 'Ctrl' ? 'Control' : name))
    .join('+');
