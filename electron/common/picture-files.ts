/** Endings of picture files that can be opened. What a file is, its content says; these are for dialogs and associations. */
export const pictureEndings = ['png', 'jpg', 'jpeg', 'webp', 'avif', 'heic', 'heif', 'tif', 'tiff', 'gif'] as const;

/** Ending of project files. */
export const projectEnding = 'ora';

/** What follows the last dot, in small letters; empty without one. */
export const endingOf = (name: string): string => /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';

export const hasPictureEnding = (name: string): boolean =>
  (pictureEndings as readonly string[]).includes(endingOf(name));

/** Whether a name is that of a picture or a project. */
export const canBeOpened = (name: string): boolean => hasPictureEnding(name) || endingOf(name) === projectEnding;
