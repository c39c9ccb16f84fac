import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../images/atomic-write.ts';

const zMs = z.number().positive();
const zSpeeds = z.record(z.string(), z.union([z.array(zMs), zMs.transform((ms) => [ms])])); // latest first; once there was one only

const maxKept = 5;

/** How long one picture took in earlier batches here, so that a plan can say how long it will take. */
export class Speeds {
  readonly #path: string;

  constructor(dataFolder: string) {
    this.#path = join(dataFolder, 'batch-speeds.json');
  }

  /** Milliseconds per item, in the middle of the latest batches: one on a busy machine does not count. Undefined when this kind of work
   * was never done here. */
  async of(kind: string): Promise<number | undefined> {
    const sorted = [...((await this.#read())[kind] ?? [])].sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)];
  }

  /** An aid only: where it cannot be kept, nobody is told. */
  async keep(kind: string, itemMs: number): Promise<void> {
    const before = await this.#read();
    const speeds = { ...before, [kind]: [itemMs, ...(before[kind] ?? [])].slice(0, maxKept) };
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
