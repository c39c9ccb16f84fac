import { ModelError } from '../errors.ts';

/** Makes the errors of one weights file, so that every message starts with its name. */
export class Refusal {
  constructor(readonly file: string) {}

  /** Damaged, hostile, or not what its name says. */
  invalid(reason: string, data: Readonly<Record<string, unknown>> = {}, cause?: unknown): ModelError {
    return new ModelError(
      'checkpoint-invalid',
      `${this.file}: ${reason}`,
      { file: this.file, reason, ...data },
      { cause },
    );
  }

  /** Well-formed, but of a kind nothing here reads. */
  unsupported(reason: string, data: Readonly<Record<string, unknown>> = {}): ModelError {
    return new ModelError('unsupported', `${this.file}: ${reason}`, { file: this.file, reason, ...data });
  }

  missing(tensor: string): ModelError {
    return new ModelError('checkpoint-mismatch', `${this.file}: there is no tensor ${quoted(tensor)}`, {
      file: this.file,
      missing: [tensor],
    });
  }
}

const shown = 120; // characters

/** A name out of a file, made safe to print: quoted, escaped, cut. */
export const quoted = (text: string): string => JSON.stringify(text.length > shown ? `${text.slice(0, shown)}…` : text);
