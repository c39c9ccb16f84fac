import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPart } from '../parts/build-part.ts';
import type { PartGraph } from '../parts/part.ts';

/** Builds graphs into a temporary folder for the time of `use`. */
export async function withGraphs<T>(
  graphs: readonly PartGraph[],
  use: (path: (name: string) => string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'editar-graphs-'));
  try {
    await buildPart({ name: 'graphs', fingerprint: '', graphs }, folder);
    return await use((name) => join(folder, `${name}.onnx`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
