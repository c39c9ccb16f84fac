import { readFile } from 'node:fs/promises';
import { Tokenizer } from '@huggingface/tokenizers';
import { ModelError } from '../../errors.ts';

/** A prompt as the text encoder takes it. */
export interface TokenizedPrompt {
  readonly ids: Int32Array; // [length], padded with 0 on the right
  readonly mask: Int32Array; // 1 on real ids including the end mark
  /** Whether the prompt had more pieces than fit. */
  readonly truncated: boolean;
  /** Words of the text that the vocabulary cannot spell, each once; the model reads all of them as the same mark. */
  readonly unknownWords: readonly string[];
}

const endId = 1;
const unknownId = 2;

/** Splits prompts into pieces as the reference does (editar.md section 6): the raw text, at most `length` − 1 pieces, then `</s>`. */
export class T5Tokenizer {
  readonly #tokenizer: Tokenizer;

  private constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** Reads a Hugging Face `tokenizer.json`. @throws ModelError `pack-invalid` when it cannot be used */
  static async open(path: string): Promise<T5Tokenizer> {
    return T5Tokenizer.parse(await readFile(path, 'utf8').catch(() => ''), path);
  }

  /** The same from the file's text. @param name of the file, for messages */
  static parse(text: string, name: string): T5Tokenizer {
    try {
      return new T5Tokenizer(new Tokenizer(JSON.parse(text) as object, {}));
    } catch (cause) {
      throw new ModelError('pack-invalid', `${name} is not a usable tokenizer`, { file: name }, { cause });
    }
  }

  encode(text: string, length: number): TokenizedPrompt {
    const pieces = this.#pieces(text);
    const kept = [...pieces.slice(0, length - 1), endId];
    const ids = new Int32Array(length);
    ids.set(kept);
    const mask = new Int32Array(length).fill(1, 0, kept.length);
    const unknownWords = pieces.includes(unknownId) ? this.#unknownWords(text) : [];
    return { ids, mask, truncated: pieces.length > length - 1, unknownWords };
  }

  #pieces(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  #unknownWords(text: string): string[] {
    const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu) ?? [];
    return [...new Set(words)].filter((word) => this.#pieces(word).includes(unknownId));
  }
}
