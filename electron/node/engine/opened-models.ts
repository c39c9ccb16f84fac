import type { EditModel, ModelDevice } from '#models/api';

export type OpenModel = (folder: string, options: { readonly device: ModelDevice }) => Promise<EditModel>;

interface Kept {
  readonly folder: string;
  readonly device: ModelDevice;
  readonly model: Promise<EditModel>;
}

/** Keeps the model of the last job open, since the next one usually wants the same. Never more than one: they are large. */
export class OpenedModels implements AsyncDisposable {
  readonly #open: OpenModel;
  #kept: Kept | undefined;
  #isOutdated = false;

  constructor(open: OpenModel) {
    this.#open = open;
  }

  /** The model stays this object's; it may be used until the next call. Calls follow one another. */
  async get(folder: string, device: ModelDevice): Promise<EditModel> {
    if (this.#isOutdated || this.#kept?.folder !== folder || this.#kept.device !== device) {
      await this[Symbol.asyncDispose]();
      this.#isOutdated = false;
      this.#kept = { folder, device, model: this.#open(folder, { device }) };
    }
    try {
      return await this.#kept.model;
    } catch (error) {
      this.#kept = undefined;
      throw error;
    }
  }

  /** Whatever is open is not what the next call gets. */
  reopenNext(): void {
    this.#isOutdated = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    const model = await kept?.model.catch(() => undefined); // whoever asked for it has been told
    await model?.[Symbol.asyncDispose]();
  }
}
