import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a pack that is whole and verifiable but holds no model. `more` is what else its pack.json says. */
export async function writeFakePack(folder: string, id: string, text = 'weights', more: object = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'weights.data'), text);
  const pack = {
    ...{ format: 1, id, title: `Fake ${id}`, family: 'editar', variant: 'fake', imageSize: 64, grid: 4 },
    ...{ precision: 'fp32', config: {}, sampling: { cfg: 3, temperature: 1, topK: 1000, topP: 1 } },
    parts: { all: ['weights.data'] },
    files: [
      { file: 'weights.data', bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') },
    ],
    ...{ licence: { spdx: 'MIT' }, source: {}, madeBy: { app: '0', onnxruntime: '0' } },
    ...more,
  };
  await writeFile(join(folder, 'pack.json'), JSON.stringify(pack));
}
