import { ModelError } from '../errors.ts';
import type { Dtype } from '../tensor/dtype.ts';
import type { Checkpoint, TensorInfo, TensorSource } from './checkpoint.ts';
import { quoted } from './refusal.ts';

/** A tensor that a checkpoint must hold. */
export interface ExpectedTensor {
  readonly name: string;
  readonly dims: readonly number[];
}

interface SelectionRules {
  /** Names that may be there and are never read: training state, halves of a model that are not used. */
  readonly ignore?: readonly RegExp[];
  /** Other names under which an expected tensor may be stored; the expected name itself comes first. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
}

/** Every expected tensor under its expected name; asking for any other throws `checkpoint-mismatch`. Strict: an unexpected
 * tensor is as wrong as a missing one, because it means that the file is for another model. Throws one
 * `checkpoint-mismatch` whose data lists all `missing`, `extra`, `misshaped` and `mistyped` tensors. Reads no values. */
export function selectTensors(
  checkpoint: Checkpoint,
  expected: readonly ExpectedTensor[],
  rules: SelectionRules = {},
): TensorSource {
  const there = new Set(checkpoint.names());
  const aliasesOf = (name: string) => [name, ...(rules.aliases?.[name] ?? [])];
  const stored = new Map<string, string>();
  for (const { name } of expected) {
    const found = aliasesOf(name).find((candidate) => there.has(candidate));
    if (found !== undefined) stored.set(name, found);
  }
  const known = new Set(expected.flatMap(({ name }) => aliasesOf(name)));
  const isIgnored = (name: string) => rules.ignore?.some((pattern) => pattern.test(name)) ?? false;
  const mismatch = {
    missing: expected.map(({ name }) => name).filter((name) => !stored.has(name)),
    extra: [...there].filter((name) => !known.has(name) && !isIgnored(name)),
    misshaped: expected.flatMap(({ name, dims }) => misshaped(checkpoint, name, stored.get(name), dims)),
    mistyped: expected.flatMap(({ name }) => mistyped(checkpoint, name, stored.get(name))),
  };
  if (Object.values(mismatch).some((list) => list.length > 0)) throw mismatchError(checkpoint.name, mismatch);
  return new Selection(checkpoint, stored);
}

class Selection implements TensorSource {
  readonly #checkpoint: Checkpoint;
  readonly #stored: ReadonlyMap<string, string>;

  constructor(checkpoint: Checkpoint, stored: ReadonlyMap<string, string>) {
    this.#checkpoint = checkpoint;
    this.#stored = stored;
  }

  get name(): string {
    return this.#checkpoint.name;
  }

  names(): readonly string[] {
    return [...this.#stored.keys()];
  }

  info(name: string): TensorInfo {
    return this.#checkpoint.info(this.#storedName(name));
  }

  async read(name: string): Promise<Float32Array> {
    return this.#checkpoint.read(this.#storedName(name));
  }

  async readRaw(name: string): Promise<Uint8Array> {
    return this.#checkpoint.readRaw(this.#storedName(name));
  }

  #storedName(name: string): string {
    const stored = this.#stored.get(name);
    if (stored !== undefined) return stored;
    const data = { file: this.#checkpoint.name, missing: [name] };
    throw new ModelError('checkpoint-mismatch', `${quoted(name)} was not selected from ${data.file}`, data);
  }
}

interface Misshaped {
  readonly name: string;
  readonly expected: readonly number[];
  readonly found: readonly number[];
}

interface Mistyped {
  readonly name: string;
  readonly found: Dtype;
}

interface Mismatch {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly misshaped: readonly Misshaped[];
  readonly mistyped: readonly Mistyped[];
}

const floatDtypes: readonly Dtype[] = ['f64', 'f32', 'f16', 'bf16'];

/** Weights are real numbers: integers under a weight's name are quantised values whose scales would be lost. */
function mistyped(checkpoint: Checkpoint, name: string, stored: string | undefined): Mistyped[] {
  if (stored === undefined) return [];
  const { dtype } = checkpoint.info(stored);
  return floatDtypes.includes(dtype) ? [] : [{ name, found: dtype }];
}

function misshaped(
  checkpoint: Checkpoint,
  name: string,
  stored: string | undefined,
  expected: readonly number[],
): Misshaped[] {
  if (stored === undefined) return [];
  const found = checkpoint.info(stored).dims;
  const isEqual = found.length === expected.length && found.every((dim, axis) => dim === expected[axis]);
  return isEqual ? [] : [{ name, expected, found }];
}

const listed = 8;

function mismatchError(file: string, mismatch: Mismatch): ModelError {
  const shapes = mismatch.misshaped.map(
    ({ name, expected, found }) => `${quoted(name)} is [${found.join(', ')}], not [${expected.join(', ')}]`,
  );
  const parts = [
    part('missing', mismatch.missing.map(quoted)),
    part('not expected', mismatch.extra.map(quoted)),
    part('of another shape', shapes),
    part(
      'not of floating-point numbers',
      mismatch.mistyped.map(({ name, found }) => `${quoted(name)} is ${found}`),
    ),
  ].filter((text) => text !== '');
  const message = `${file} holds other tensors than this model needs. ${parts.join(' ')}`;
  return new ModelError('checkpoint-mismatch', message, { file, ...mismatch });
}

function part(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  const more = items.length > listed ? `, and ${items.length - listed} more` : '';
  return `${items.length} ${title}: ${items.slice(0, listed).join(', ')}${more}.`;
}
