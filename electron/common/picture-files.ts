/** Endings of picture files that can be opened. What a file is, its content says; these are for dialogs and associations. */
export const pictureEndings = ['png', 'jpg', 'jpeg', 'webp', 'avif', 'heic', 'heif', 'tif', 'tiff', 'gif'] as const;

/** Ending of project files. */
export const projectEnding = 'ora';

export const hasPictureEnding = (name: string): boolean =>
  (pictureEndings as readonly string[]).includes(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
