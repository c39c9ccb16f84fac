import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { readTensors } from '../checkpoint/read-tensors.ts';
import { ModelError } from '../errors.ts';

interface CorpusFile {
  readonly file: string;
  readonly expect: 'ok' | 'ok-or-reject' | 'reject';
}

type Tensors = Awaited<ReturnType<typeof readTensors>>;

interface CorpusResult {
  readonly name: string;
  readonly maxError: number;
  readonly detail: string;
}

const marker = 'pickle-corpus-executed.marker';
const maxMs = 5000;
const maxExtraKib = 200 * 1024;

/** Runs the corpus of valid, unsupported and hostile PyTorch files in `folder` through `openCheckpoint`: valid ones must
 * give the expected bits, the others a clean refusal in time and without side effects. Throws an Error that lists every
 * file that does not behave. */
export async function checkTorchPickle(folder: string): Promise<CorpusResult> {
  const files = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as CorpusFile[];
  const expected = await readTensors(join(folder, 'expected.safetensors'));
  const outcomes = { read: 0, refused: 0 };
  const problems: string[] = [];
  for (const file of files) {
    try {
      outcomes[await checkFile(folder, file, expected)]++;
    } catch (error) {
      problems.push(`${file.file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const detail = `${files.length} files: ${outcomes.read} read exactly, ${outcomes.refused} refused`;
  return { name: 'torch-pickle', maxError: 0, detail };
}

async function checkFile(folder: string, { file, expect }: CorpusFile, expected: Tensors): Promise<'read' | 'refused'> {
  const before = { ms: performance.now(), kib: process.resourceUsage().maxRSS };
  const tensors = await readOrRefuse(join(folder, file));
  const ms = performance.now() - before.ms;
  const kib = process.resourceUsage().maxRSS - before.kib;
  if (ms > maxMs) throw new Error(`took ${Math.round(ms)} ms`);
  if (kib > maxExtraKib) throw new Error(`took ${Math.round(kib / 1024)} MiB`);
  checkNoTrace();
  if (tensors instanceof ModelError) {
    if (expect === 'ok') throw tensors;
    return 'refused';
  }
  if (expect === 'reject') throw new Error('was read, but had to be refused');
  checkTensors(file.replace(/^.*\//, ''), tensors, expected);
  return 'read';
}

/** Any other error than ModelError passes through: it would be a crash. */
async function readOrRefuse(path: string): Promise<Tensors | ModelError> {
  try {
    await (await openCheckpoint(path))[Symbol.asyncDispose]();
    return await readTensors(path);
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
}

function checkNoTrace(): void {
  if ('polluted' in {}) throw new Error('changed Object.prototype');
  const trace = [process.cwd(), tmpdir()].map((folder) => join(folder, marker)).find((path) => existsSync(path));
  if (trace) throw new Error(`ran code: ${trace} exists`);
}

function checkTensors(file: string, found: Tensors, expected: Tensors): void {
  for (const [key, wanted] of expected) {
    if (!key.startsWith(`${file}::`)) continue;
    const tensor = found.get(key.slice(file.length + 2));
    if (!tensor) throw new Error(`${key} is missing`);
    const isSame = tensor.dtype === wanted.dtype && JSON.stringify(tensor.dims) === JSON.stringify(wanted.dims);
    if (!isSame) throw new Error(`${key} is ${tensor.dtype} [${tensor.dims}], not ${wanted.dtype} [${wanted.dims}]`);
    if (!bytesOf(tensor.data).equals(bytesOf(wanted.data))) throw new Error(`${key} differs`);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
