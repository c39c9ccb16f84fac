import endings from './picture-endings.json' with { type: 'json' };

/** Endings of picture files that can be opened. What a file is, its content says; these are for dialogs, folders and associations. */
export const pictureEndings: readonly string[] = Object.values(endings).flat();

const writableFormats = ['png', 'jpeg', 'webp', 'avif', 'tiff'] as const;
export type WritableFormat = (typeof writableFormats)[number];

/** Endings of picture files that can be written. */
export const writableEndings: readonly string[] = writableFormats.flatMap((format) => endings[format]);

/** The format that an ending, in small letters, stands for when a file is written. */
export const formatToWrite = (ending: string): WritableFormat | undefined =>
  writableFormats.find((format) => endings[format].includes(ending));

/** All endings, in small letters, of the format that one stands for; of others that one alone. */
export const spellingsOf = (ending: string): string[] =>
  Object.values(endings).find((spellings) => spellings.includes(ending)) ?? [ending];

/** Ending of project files. */
export const projectEnding = 'ora';

/** What follows the last dot, in small letters; empty without one. */
export const endingOf = (name: string): string => /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';

export const hasPictureEnding = (name: string): boolean => pictureEndings.includes(endingOf(name));

/** Endings of pictures that cannot be opened, so that nobody takes them for done: raw files of cameras, and formats of other programs. */
const foreignEndings = [
  ...['bmp', 'jxl', 'jp2', 'tga', 'psd', 'psb', 'xcf', 'svg', 'exr', 'hdr'],
  ...['dng', 'cr2', 'cr3', 'nef', 'nrw', 'arw', 'srf', 'raf', 'orf', 'rw2', 'pef', 'srw', 'x3f', 'raw'],
];

export const hasForeignEnding = (name: string): boolean => foreignEndings.includes(endingOf(name));

/** Whether a name is that of a picture or a project. */
export const canBeOpened = (name: string): boolean => hasPictureEnding(name) || endingOf(name) === projectEnding;
