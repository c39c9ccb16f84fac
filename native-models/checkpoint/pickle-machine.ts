import { type PickleValue } from './pickle-values.ts';
import { quoted, type Refusal } from './refusal.ts';

/** 8 MiB of pickle describe some 60,000 tensors; the released files have about a thousand. Together the limits keep what
 * a hostile pickle can make us hold well below 200 MB. */
export const maxPickleBytes = 2 ** 23;
const maxObjects = 250_000; // dicts, lists, tuples and objects
const maxStack = 1_000_000;
const maxMemo = 1_000_000;
const maxLongBytes = 64;
const maxGlobalName = 256;

/** The stack machine of the pickle format: a read position, a stack with marks, a memo. Every access is checked. */
export class PickleMachine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #refusal: Refusal;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #position = 0;
  #objects = 0;

  constructor(bytes: Uint8Array, refusal: Refusal) {
    if (bytes.length > maxPickleBytes) throw refusal.invalid(`data.pkl is too large (${bytes.length} bytes)`);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#refusal = refusal;
  }

  fail(reason: string, cause?: unknown): Error {
    return this.#refusal.invalid(`data.pkl is damaged or hostile at byte ${this.#position}: ${reason}`, {}, cause);
  }

  // Reading

  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** An 8-byte length. Nothing that long exists, so larger ones fail in `take`. */
  length64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** Two's complement of any length, little-endian. */
  long(length: number): number | bigint {
    if (length > maxLongBytes) throw this.fail(`an integer of ${length} bytes`);
    const value = this.take(length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const signed = BigInt.asIntN(length * 8, value);
    const small = Number(signed);
    return Number.isSafeInteger(small) ? small : signed;
  }

  text(length: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(length));
    } catch (error) {
      if (error instanceof TypeError) throw this.fail('a string that is not UTF-8', error);
      throw error;
    }
  }

  line(): string {
    const window = this.#bytes.subarray(this.#position, this.#position + maxGlobalName);
    const length = window.indexOf(0x0a);
    if (length < 0) throw this.fail('a name without an end');
    const text = this.text(length);
    this.#position++;
    return text;
  }

  #advance(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) throw this.fail(`${length} bytes are needed after the end`);
    this.#position += length;
    return start;
  }

  // Stack

  push(value: PickleValue): void {
    if (this.#stack.length >= maxStack) throw this.fail('the stack grows too high');
    this.#stack.push(value);
  }

  /** Pushes something that takes room of its own. */
  pushNew(value: PickleValue): void {
    if (++this.#objects > maxObjects) throw this.fail(`more than ${maxObjects} objects`);
    this.push(value);
  }

  pop(): PickleValue {
    if (this.#stack.length <= this.#floor()) throw this.fail('a value is missing on the stack');
    return this.#stack.pop()!;
  }

  top(): PickleValue {
    if (this.#stack.length <= this.#floor()) throw this.fail('a value is missing on the stack');
    return this.#stack.at(-1)!;
  }

  popText(): string {
    const value = this.pop();
    if (typeof value !== 'string') throw this.fail('a name that is no string');
    return value;
  }

  mark(): void {
    if (this.#marks.length >= maxStack) throw this.fail('too many marks');
    this.#marks.push(this.#stack.length);
  }

  /** Everything above the last mark, which goes away too. */
  popToMark(): PickleValue[] {
    const from = this.#marks.pop();
    if (from === undefined) throw this.fail('a mark is missing');
    return this.#stack.splice(from);
  }

  #floor(): number {
    return this.#marks.at(-1) ?? 0;
  }

  // Memo

  memoize(slot = this.#memo.size): void {
    if (slot > this.#bytes.length || this.#memo.size >= maxMemo) throw this.fail(`memo slot ${slot}`);
    this.#memo.set(slot, this.top());
  }

  recall(slot: number): void {
    const value = this.#memo.get(slot);
    if (value === undefined) throw this.fail(`memo slot ${slot} is empty`);
    this.push(value);
  }

  unknownGlobal(module: string, name: string): Error {
    const global = quoted(`${module}.${name}`);
    return this.#refusal.invalid(
      `data.pkl names ${global}, which tensors do not need and which could run code elsewhere; save only the state_dict()`,
      { global: `${module}.${name}`.slice(0, maxGlobalName) },
    );
  }
}
