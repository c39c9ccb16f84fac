// Pictures in the clipboard that all programs share. Where a page may not use it, these reject.

/** Puts a picture there. @param png may still be on its way; undefined: nothing is put there */
export async function writePicture(png: Promise<Uint8Array | undefined>): Promise<void> {
  const blob = png.then((bytes) => {
    if (!bytes) throw new Error('there is no picture to copy');
    return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/png' });
  });
  blob.catch(() => undefined); // it is heard of by what waits for the clipboard
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
}

/** The picture that is there; undefined where there is none. The browser may ask the person first. */
export async function readPicture(): Promise<Blob | undefined> {
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((each) => each.startsWith('image/'));
    if (type) return await item.getType(type);
  }
  return undefined;
}

/** The picture that a paste brings. */
export const pastedPicture = (event: ClipboardEvent): File | undefined =>
  [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
