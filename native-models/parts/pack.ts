import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { precisions } from '../api.ts';
import { ModelError } from '../errors.ts';

/** Only plain names: a pack cannot point outside its folder. */
const zFileName = z.string().regex(/^[\w][\w.-]*$/, 'a plain file name');
const zId = z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, dots, dashes');

/** `pack.json`: what a model pack is and what it consists of. */
export const zPack = z.object({
  format: z.literal(1),
  id: zId,
  title: z.string().min(1),
  family: z.enum(['editar', 'varedit', 'depth', 'segmentation']),
  variant: z.string(),
  imageSize: z.int().positive(), // pixels along one side
  grid: z.int().positive().default(1), // tokens along one side; left out by networks that make maps
  precision: z.enum(precisions),
  config: z.record(z.string(), z.unknown()), // numbers of each part, read by the family
  sampling: z
    .object({ cfg: z.number(), temperature: z.number(), topK: z.int(), topP: z.number() })
    .default({ cfg: 1, temperature: 0, topK: 0, topP: 1 }), // the same
  parts: z.record(z.string(), z.array(zFileName)), // part → its files
  files: z.array(
    z.object({ file: zFileName, bytes: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
  licence: z.object({ spdx: z.string().optional(), url: z.string().optional(), accepted: z.boolean().optional() }),
  source: z.object({ url: z.string().optional(), revision: z.string().optional() }),
  madeBy: z.object({ app: z.string(), onnxruntime: z.string() }),
  /** One sentence shown wherever the model is offered, such as what it was trained on. */
  note: z.string().optional(),
  /** The file of part “worlds” holds all worlds that the model has learnt from, small; pictures of which a smaller share looks like one
   * of them are unlike all of them. Left out by models for any picture. */
  worlds: z.object({ width: z.int().min(32), share: z.number().min(0).max(1) }).optional(),
});
export type Pack = z.infer<typeof zPack>;

/** A pack and where it lies. */
export interface OpenedPack {
  readonly folder: string;
  readonly pack: Pack;
}

/** Reads and checks `pack.json` and that every file is there with its size; hashes are left to `verifyPack`.
 * @throws ModelError `pack-invalid` naming every problem */
export async function readPack(folder: string): Promise<OpenedPack> {
  const path = join(folder, 'pack.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ModelError('pack-invalid', `there is no readable pack.json in ${folder}`, { folder }, { cause });
  }
  const pack = parsePack(text, path);
  const problems = await fileProblems(folder, pack);
  if (problems.length > 0) throw invalid(folder, problems);
  return { folder, pack };
}

/** Checks the text of a `pack.json`. @param name to call it in messages @throws ModelError `pack-invalid` naming every problem */
export function parsePack(text: string, name: string): Pack {
  const parsed = zPack.safeParse(parseJson(text, name));
  if (parsed.success) return parsed.data;
  throw new ModelError('pack-invalid', `${name}: ${z.prettifyError(parsed.error)}`, { file: name });
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelError('pack-invalid', `${name} is not JSON, or is cut off`, { file: name }, { cause });
  }
}

async function fileProblems(folder: string, pack: Pack): Promise<string[]> {
  const listed = new Set(pack.files.map(({ file }) => file));
  const problems = Object.values(pack.parts)
    .flat()
    .filter((file) => !listed.has(file))
    .map((file) => `${file} is used but not listed`);
  for (const { file, bytes } of pack.files) {
    const size = await stat(join(folder, file)).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === undefined) problems.push(`${file} is missing`);
    else if (size !== bytes) problems.push(`${file} has ${size} bytes instead of ${bytes}`);
  }
  return problems;
}

const invalid = (folder: string, problems: readonly string[]): ModelError =>
  new ModelError('pack-invalid', `the pack in ${folder} is damaged: ${problems.join('; ')}`, { folder, problems });

/** Compares every file with its hash. @throws ModelError `pack-invalid` naming every file that does not match */
export async function verifyPack(folder: string): Promise<OpenedPack> {
  const opened = await readPack(folder);
  const problems: string[] = [];
  for (const { file, sha256 } of opened.pack.files) {
    if ((await hashFile(join(folder, file))) !== sha256) problems.push(`${file} does not match its hash`);
  }
  if (problems.length > 0) throw invalid(folder, problems);
  return opened;
}

/** SHA-256 of a file, in hexadecimal digits. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
