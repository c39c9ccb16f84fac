import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../images/atomic-write.ts';

const zSpeeds = z.record(z.string(), z.number().positive());

/** How long one picture took in earlier batches here, so that a plan can say how long it will take. */
export class Speeds {
  readonly #path: string;

  constructor(dataFolder: string) {
    this.#path = join(dataFolder, 'batch-speeds.json');
  }

  /** Milliseconds per item; undefined when this kind of work was never done here. */
  async of(kind: string): Promise<number | undefined> {
    return (await this.#read())[kind];
  }

  /** An aid only: where it cannot be kept, nobody is told. */
  async keep(kind: string, itemMs: number): Promise<void> {
    const speeds = { ...(await this.#read()), [kind]: itemMs };
    await mkdir(dirname(this.#path), { recursive: true })
      .then(() => writeAtomically(this.#path, [Buffer.from(JSON.stringify(speeds))]))
      .catch(() => undefined);
  }

  async #read(): Promise<z.infer<typeof zSpeeds>> {
    try {
      return zSpeeds.parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch {
      return {};
    }
  }
}
