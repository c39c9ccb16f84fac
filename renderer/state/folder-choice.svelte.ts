import type { Folder } from '#common/contract/batch-service.ts';
import type { Host } from '../host/host.ts';

/** Lets a person choose a folder: in a dialog of the system, or in one of the page where the browser has none. */
export class FolderChoice {
  /** What the page's own dialog is open for. */
  current = $state.raw<{ readonly title: string; readonly hint?: string | undefined }>();
  #answer: (folder: Folder | null) => void = () => undefined;
  readonly #host: Pick<Host, 'dialogs'>;

  constructor(host: Pick<Host, 'dialogs'>) {
    this.#host = host;
  }

  /** @param hint why it is asked, for the page's own dialog @returns null when the person chooses none */
  async ask(title: string, hint?: string): Promise<Folder | null> {
    const { chooseFolder } = this.#host.dialogs;
    if (chooseFolder) return await chooseFolder();
    this.#answer(null);
    return await new Promise((resolve) => {
      this.#answer = resolve;
      this.current = { title, hint };
    });
  }

  answer(folder: Folder | null): void {
    this.current = undefined;
    this.#answer(folder);
  }
}
