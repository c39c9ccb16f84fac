import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { WeightPrecision } from '../../api.ts';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { selectTensors } from '../../checkpoint/name-map.ts';
import { isUrl } from '../../checkpoint/http-source.ts';
import { openCheckpoint } from '../../checkpoint/open-checkpoint.ts';
import { placeIn, readPlace } from '../../checkpoint/published-folder.ts';
import { ModelError } from '../../errors.ts';
import { buildPart, forgetReceipts, writeFlushed } from '../../parts/build-part.ts';
import { checkIsNew, fillPackFolder, writePack } from '../../parts/pack-folder.ts';
import { hashFile, zPack } from '../../parts/pack.ts';
import type { Pack } from '../../parts/pack.ts';
import type { PackFile, Part } from '../../parts/part.ts';
import { lookupIn } from '../../parts/weights-lookup.ts';
import type { LinkedFile } from '../../parts/weights-lookup.ts';
import type { T5Config } from '../../text-encoders/t5/config.ts';
import { ignoredT5Tensors, t5Aliases, t5Tensors } from '../../text-encoders/t5/weights.ts';
import { downscale } from '../../tokenizers/image/vq/config.ts';
import type { VqConfig } from '../../tokenizers/image/vq/config.ts';
import { ignoredVqTensors, vqTensors } from '../../tokenizers/image/vq/weights.ts';
import { T5Tokenizer } from '../../tokenizers/text/t5-tokenizer.ts';
import type { TransformerConfig } from './config.ts';
import { t5Config, transformerConfig, vqConfig, zConfigFile } from './derive-config.ts';
import type { ConfigFile } from './derive-config.ts';
import { textEncoderPart, transformerPart, vqPart } from './parts.ts';
import { ignoredTransformerTensors, transformerTensors } from './weights.ts';

/** Where an EditAR pack comes from and goes to. */
export interface BuildEditarOptions {
  readonly gpt: string; // transformer checkpoint, a path or address
  readonly vq: string; // image tokenizer checkpoint, a path or address
  /** Folder with config.json, tokenizer.json and the text encoder's weights, or an address below which they lie. */
  readonly t5: string;
  readonly precision: WeightPrecision;
  readonly out: string; // folder of the new pack
  readonly id?: string; // default: name of `out`
  readonly title?: string;
  /** JSON with numbers that shapes do not tell; default: `editar.json` beside the transformer checkpoint, if there is one. */
  readonly configFile?: string;
  /** fp32 only: use the transformer's weights where they lie, through a hard link into the pack, instead of copying them. */
  readonly link?: boolean;
  readonly app: { readonly version: string; readonly onnxruntime: string };
  readonly licence?: Pack['licence'];
  readonly note?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (part: string, done: number, of: number) => void; // bytes
}

const editarDefaults = { cfg: 3, temperature: 1, topK: 1000, topP: 1 };

/** Raised whenever graphs change, so that parts of an interrupted build by an older version are not taken over. */
const graphRevision = 8;

/** Builds a pack from checkpoints in the official layout. Everything is written into `<out>.building` first; an interrupted
 * build goes on there, a failed one leaves nothing.
 * @throws ModelError `checkpoint-invalid`, `checkpoint-mismatch`, `out-of-space`, `invalid-input` (`out` exists already, or a name that
 * packs cannot have) */
export async function buildEditarPack(options: BuildEditarOptions): Promise<Pack> {
  const out = resolve(options.out);
  checkNames(options);
  await checkIsNew(out);
  const given = await readConfigFile(options);
  await using gpt = await openCheckpoint(options.gpt);
  await using vq = await openCheckpoint(options.vq);
  await using t5 = await openCheckpoint(isUrl(options.t5) ? placeIn(options.t5, '') : options.t5);
  const checkpoints = { gpt, vq, t5 };
  return await fillPackFolder(out, (folder) => buildInto(folder, options, given, checkpoints), options.signal);
}

interface Checkpoints {
  readonly gpt: Checkpoint;
  readonly vq: Checkpoint;
  readonly t5: Checkpoint;
}

interface Configs {
  readonly transformer: TransformerConfig;
  readonly vq: VqConfig;
  readonly t5: T5Config;
}

async function buildInto(
  folder: string,
  options: BuildEditarOptions,
  given: ConfigFile,
  checkpoints: Checkpoints,
): Promise<Pack> {
  const configs = await deriveConfigs(options, given, checkpoints);
  const linked = options.link && options.precision === 'fp32' ? await linkInto(folder, options.gpt) : undefined;
  const parts = await partsOf(options, configs, checkpoints, linked);
  const filesOf: Record<string, readonly PackFile[]> = {};
  for (const part of parts) {
    const onProgress = (done: number, of: number): void => options.onProgress?.(part.name, done, of);
    filesOf[part.name] = await buildPart(part, folder, { signal: options.signal, onProgress });
  }
  const others = [await copyTokenizer(folder, options.t5), ...(linked ? [await describe(folder, linked.file)] : [])];
  const pack = packOf(options, given, configs, checkpoints.gpt, filesOf, others);
  await writePack(folder, pack);
  await forgetReceipts(parts, folder);
  return pack;
}

/** @throws ModelError `checkpoint-mismatch` when a file is not what it should be, or the three do not belong together */
async function deriveConfigs(
  options: BuildEditarOptions,
  given: ConfigFile,
  checkpoints: Checkpoints,
): Promise<Configs> {
  const transformer = transformerConfig(checkpoints.gpt, given.transformer);
  const vq = vqConfig(checkpoints.vq, given.vq);
  const t5Place = placeIn(options.t5, 'config.json');
  const t5 = t5Config(safeJson(decodeText(await readPlace(t5Place))), t5Place, transformer.textTokens);
  checkTogether({ transformer, vq, t5 });
  return { transformer, vq, t5 };
}

/** @param linked where the transformer's weights are used in place */
async function partsOf(
  { gpt, vq, t5, precision }: BuildEditarOptions,
  configs: Configs,
  checkpoints: Checkpoints,
  linked: LinkedFile | undefined,
): Promise<Part[]> {
  const fingerprint = async (path: string, config: unknown): Promise<string> => {
    if (isUrl(path)) return randomUUID(); // whether it is still the same file is not known
    const { size, mtimeMs } = await stat(path);
    return hash([graphRevision, resolve(path), size, mtimeMs, precision, config, linked?.file]);
  };
  const ofTransformer = selectTensors(checkpoints.gpt, transformerTensors(configs.transformer), {
    ignore: ignoredTransformerTensors,
  });
  const ofVq = selectTensors(checkpoints.vq, vqTensors(configs.vq), { ignore: ignoredVqTensors });
  const ofT5 = selectTensors(checkpoints.t5, t5Tensors(configs.t5), { ignore: ignoredT5Tensors, aliases: t5Aliases });
  return [
    transformerPart({
      ...{ config: configs.transformer, weights: lookupIn(ofTransformer, linked), precision },
      fingerprint: await fingerprint(gpt, configs.transformer),
    }),
    textEncoderPart({
      ...{ config: configs.t5, weights: lookupIn(ofT5), precision: textPrecision(precision) },
      fingerprint: await fingerprint(t5, configs.t5),
    }),
    vqPart({ config: configs.vq, weights: lookupIn(ofVq), fingerprint: await fingerprint(vq, configs.vq) }),
  ];
}

/** @param filesOf parts, by their names @param others files of no part that was built */
function packOf(
  options: BuildEditarOptions,
  given: ConfigFile,
  configs: Configs,
  { settings }: Checkpoint,
  filesOf: Readonly<Record<string, readonly PackFile[]>>,
  others: readonly PackFile[],
): Pack {
  const { transformer, vq } = configs;
  const size = `${transformer.layers} × ${transformer.dim}`;
  const fileNames = Object.entries(filesOf).map(([part, files]) => [part, files.map(({ file }) => file)] as const);
  return zPack.parse({
    format: 1,
    id: idOf(options),
    title: options.title ?? given.title ?? `EditAR ${size}, ${options.precision}`,
    family: 'editar',
    variant: String(settings['args.gpt_model'] ?? `${transformer.layers}x${transformer.dim}`),
    imageSize: given.imageSize ?? transformer.grid * downscale(vq),
    grid: transformer.grid,
    precision: options.precision,
    config: { ...configs },
    sampling: { ...editarDefaults, topK: Math.min(editarDefaults.topK, transformer.vocab), ...given.samplingDefaults },
    parts: { ...Object.fromEntries(fileNames), tokenizer: ['tokenizer.json'] },
    files: [...Object.values(filesOf).flat(), ...others],
    licence: options.licence ?? given.licence ?? {},
    source: {},
    madeBy: { app: options.app.version, onnxruntime: options.app.onnxruntime },
    note: options.note ?? given.note,
  } satisfies Pack);
}

/** Four bits cost the text encoder more than they save: it runs once per prompt. */
const textPrecision = (precision: WeightPrecision): WeightPrecision => (precision === 'int4' ? 'int8' : precision);

const hash = (values: unknown): string => createHash('sha256').update(JSON.stringify(values)).digest('hex');

const idOf = ({ id, out }: BuildEditarOptions): string => id ?? basename(resolve(out)).toLowerCase();

/** Asked before anything is built, which may take minutes. @throws ModelError `invalid-input` */
function checkNames(options: BuildEditarOptions): void {
  const id = idOf(options);
  if (!zPack.shape.id.safeParse(id).success) {
    const rule = 'it has to be of lower-case letters, digits, dots and dashes, and to begin with a letter or digit';
    throw new ModelError('invalid-input', `${JSON.stringify(id)} cannot be the id of a model: ${rule}`, { id });
  }
  if (options.title?.trim() === '') throw new ModelError('invalid-input', 'the title of a model cannot be empty');
}

/** @throws ModelError `checkpoint-mismatch` when the three files do not belong together */
function checkTogether({ transformer, vq, t5 }: Configs): void {
  const problems: string[] = [];
  if (vq.codebookSize !== transformer.vocab)
    problems.push(`the image tokenizer has ${vq.codebookSize} codes, the transformer ${transformer.vocab}`);
  if (t5.dModel !== transformer.captionDim)
    problems.push(`the text encoder is ${t5.dModel} wide, the transformer expects ${transformer.captionDim}`);
  if (problems.length > 0) throw new ModelError('checkpoint-mismatch', problems.join('; '), { problems });
}

async function readConfigFile({ configFile, gpt }: BuildEditarOptions): Promise<ConfigFile> {
  if (configFile === undefined && isUrl(gpt)) return {};
  const path = configFile ?? join(dirname(gpt), 'editar.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (configFile === undefined) return {};
    throw new ModelError('invalid-input', `the config file ${path} cannot be read`, { file: path }, { cause });
  }
  const parsed = zConfigFile.safeParse(safeJson(text));
  if (parsed.success) return parsed.data;
  throw new ModelError('invalid-input', `${path}: ${z.prettifyError(parsed.error)}`, { file: path });
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function linkInto(folder: string, gpt: string): Promise<LinkedFile> {
  const file = 'transformer-checkpoint.pt';
  try {
    await rm(join(folder, file), { force: true });
    await link(gpt, join(folder, file));
  } catch (cause) {
    throw new ModelError(
      'invalid-input',
      `${gpt} cannot be linked into ${folder}: both must be on one disk; build without linking`,
      { file: gpt },
      { cause },
    );
  }
  return { source: gpt, file };
}

async function describe(folder: string, file: string): Promise<PackFile> {
  const path = join(folder, file);
  return { file, bytes: (await stat(path)).size, sha256: await hashFile(path) };
}

/** What cannot be used is refused before it becomes part of a pack. */
async function copyTokenizer(folder: string, t5: string): Promise<PackFile> {
  const place = placeIn(t5, 'tokenizer.json');
  const bytes = await readPlace(place);
  T5Tokenizer.parse(decodeText(bytes), place);
  return writeFlushed(folder, 'tokenizer.json', [bytes]);
}

const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
