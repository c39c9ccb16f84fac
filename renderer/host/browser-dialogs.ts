import { pictureEndings, projectEnding } from '#common/picture-files.ts';
import type { Dialogs } from './host.ts';

/** Dialogs as a plain page has them: a file field and a download. */
export const browserDialogs: Dialogs = {
  openPicture: () => chooseFile(pictureEndings),
  savePicture,
  chooseFile: () => chooseFile([...pictureEndings, projectEnding]),
  chooseTarget: (name) => Promise.resolve({ name }), // the browser decides where downloads go
};

function chooseFile(endings: readonly string[]): ReturnType<Dialogs['openPicture']> {
  const field = document.createElement('input');
  field.type = 'file';
  field.accept = endings.map((ending) => `.${ending}`).join(',');
  return new Promise((resolve, reject) => {
    field.addEventListener('cancel', () => resolve(null));
    field.addEventListener('change', () => {
      const [file] = field.files ?? [];
      if (file) readFile(file).then(resolve, reject);
      else resolve(null);
    });
    field.click();
  });
}

/** A text file, chosen in the browser's own dialog, which Electron has too. Null when the person chooses none. */
export async function chooseText(ending: string): Promise<{ name: string; text: string } | null> {
  const file = await chooseFile([ending]);
  return file && { name: file.name, text: new TextDecoder().decode(file.bytes) };
}

/** A file the person chose or dropped. */
export async function readFile(file: File): Promise<{ name: string; bytes: Uint8Array }> {
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}

function savePicture({ name, bytes }: { name: string; bytes: Uint8Array }): Promise<boolean> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it after the click
  return Promise.resolve(true);
}
