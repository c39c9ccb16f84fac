const key = 'editar.instructions';
const mostKept = 500;

/** The part of a browser's storage that is used. It may refuse, when it is full or switched off. */
export type KeptTexts = Pick<Storage, 'getItem' | 'setItem'>;

/** Instructions a person gave before, the last one first, each once. Kept on this machine. */
export class InstructionHistory {
  list = $state.raw<readonly string[]>([]);
  readonly #storage: KeptTexts | undefined;

  constructor(storage: KeptTexts | undefined) {
    this.#storage = storage;
    this.list = read(storage);
  }

  add(instruction: string): void {
    const text = instruction.trim();
    if (text === '') return;
    this.list = [text, ...this.list.filter((other) => other !== text)].slice(0, mostKept);
    this.#keep();
  }

  clear(): void {
    this.list = [];
    this.#keep();
  }

  /** Those in which every word of the question occurs. */
  find(question: string): readonly string[] {
    const words = question.toLowerCase().split(/\s+/).filter(Boolean);
    return this.list.filter((text) => words.every((word) => text.toLowerCase().includes(word)));
  }

  #keep(): void {
    try {
      this.#storage?.setItem(key, JSON.stringify(this.list));
    } catch {
      // Full or switched off: the list then lasts as long as the page.
    }
  }
}

function read(storage: KeptTexts | undefined): string[] {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept.filter((text) => typeof text === 'string').slice(0, mostKept) : [];
  } catch {
    return []; // damaged: nothing that could be repaired
  }
}
