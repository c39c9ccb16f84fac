import { PickleMachine } from './pickle-machine.ts';
import {
  isTuple,
  type PickleDict,
  PickleFloat,
  PickleGlobal,
  PickleList,
  PickleObject,
  type PickleValue,
} from './pickle-values.ts';
import type { Refusal } from './refusal.ts';

/** What a pickle may refer to besides plain data. */
export interface PickleWorld {
  /** The stand-in for a Python global, or undefined when it is not on the allow list. */
  global(module: string, name: string): PickleGlobal | undefined;
  /** The object behind a persistent id. */
  persistent(id: PickleValue): PickleValue;
}

/** Reads one pickle (protocols 2 to 5, the opcodes `torch.save` writes) without running anything: a global is looked up
 * in `world` and never imported, a call goes to our own stand-in, unknown opcodes end the reading. Bytes after STOP are
 * not looked at. Throws `checkpoint-invalid` for everything that does not fit. */
export function unpickle(bytes: Uint8Array, world: PickleWorld, refusal: Refusal): PickleValue {
  const machine = new PickleMachine(bytes, refusal);
  if (bytes[0] !== protocolOpcode) throw machine.fail('it does not start like a pickle');
  for (;;) {
    const opcode = machine.uint8();
    if (opcode === stopOpcode) return machine.pop();
    const run = opcodes.get(opcode);
    if (!run) throw machine.fail(`opcode 0x${opcode.toString(16)} is not one that PyTorch writes`);
    run(machine, world);
  }
}

type Run = (machine: PickleMachine, world: PickleWorld) => void;

const protocolOpcode = 0x80;
const stopOpcode = '.'.charCodeAt(0);

function checkProtocol(machine: PickleMachine): void {
  const protocol = machine.uint8();
  if (protocol < 2 || protocol > 5) throw machine.fail(`pickle protocol ${protocol}`);
}

function pushGlobal(machine: PickleMachine, world: PickleWorld, module: string, name: string): void {
  const found = world.global(module, name);
  if (!found) throw machine.unknownGlobal(module, name);
  machine.push(found);
}

function stackGlobal(machine: PickleMachine, world: PickleWorld): void {
  const name = machine.popText();
  pushGlobal(machine, world, machine.popText(), name);
}

/** REDUCE calls, NEWOBJ creates: for the stand-ins the same thing. */
function call(machine: PickleMachine): void {
  const args = machine.pop();
  const callee = machine.pop();
  if (!(callee instanceof PickleGlobal) || !callee.call) throw machine.fail('a call of something that is no function');
  if (!isTuple(args)) throw machine.fail(`arguments of ${callee.name} that are no tuple`);
  machine.pushNew(callee.call(args));
}

function build(machine: PickleMachine): void {
  const state = machine.pop();
  const target = machine.top();
  if (target instanceof PickleObject) target.setState(state);
  // An OrderedDict carries its `_metadata` this way: version numbers of modules, of no use here.
  else if (!(target instanceof Map)) throw machine.fail('state for something that takes none');
}

function append(machine: PickleMachine, values: readonly PickleValue[]): void {
  const list = machine.top();
  if (!(list instanceof PickleList)) throw machine.fail('an item appended to something that is no list');
  for (const value of values) list.items.push(value);
}

function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const dict = machine.top();
  if (!(dict instanceof Map)) throw machine.fail('an item set in something that is no dict');
  if (items.length % 2 !== 0) throw machine.fail('a key without a value');
  for (let i = 0; i < items.length; i += 2) dict.set(checkedKey(machine, items[i]), items[i + 1]);
}

function checkedKey(machine: PickleMachine, key: PickleValue): PickleValue {
  const isPlain = key === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof key);
  if (!isPlain && !isTuple(key)) throw machine.fail('a dict key that is no plain value');
  return key;
}

function setItem(machine: PickleMachine): void {
  const value = machine.pop();
  setItems(machine, [machine.pop(), value]);
}

function tuple(machine: PickleMachine, size: number): void {
  const items = Array.from({ length: size }, () => machine.pop());
  machine.pushNew(items.reverse());
}

const opcodes: ReadonlyMap<number, Run> = new Map<number, Run>([
  [protocolOpcode, checkProtocol],
  [0x95, (m) => void m.length64()], // FRAME: a hint for streaming readers
  // Plain values
  [code('N'), (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [code('K'), (m) => m.push(m.uint8())],
  [code('M'), (m) => m.push(m.uint16())],
  [code('J'), (m) => m.push(m.int32())],
  [0x8a, (m) => m.push(m.long(m.uint8()))],
  [0x8b, (m) => m.push(m.long(m.uint32()))],
  [code('G'), (m) => m.pushNew(new PickleFloat(m.float64()))],
  [code('X'), (m) => m.push(m.text(m.uint32()))],
  [0x8c, (m) => m.push(m.text(m.uint8()))],
  [0x8d, (m) => m.push(m.text(m.length64()))],
  [code('C'), (m) => m.pushNew(m.take(m.uint8()))],
  [code('B'), (m) => m.pushNew(m.take(m.uint32()))],
  [0x8e, (m) => m.pushNew(m.take(m.length64()))],
  // Containers
  [code('}'), (m) => m.pushNew(new Map() as PickleDict)],
  [code(']'), (m) => m.pushNew(new PickleList())],
  [code(')'), (m) => m.push(emptyTuple)],
  [0x85, (m) => tuple(m, 1)],
  [0x86, (m) => tuple(m, 2)],
  [0x87, (m) => tuple(m, 3)],
  [code('t'), (m) => m.pushNew(m.popToMark())],
  [code('a'), (m) => append(m, [m.pop()])],
  [code('e'), (m) => append(m, m.popToMark())],
  [code('s'), setItem],
  [code('u'), (m) => setItems(m, m.popToMark())],
  // Stack and memo
  [code('('), (m) => m.mark()],
  [code('0'), (m) => void m.pop()],
  [code('1'), (m) => void m.popToMark()],
  [code('q'), (m) => m.memoize(m.uint8())],
  [code('r'), (m) => m.memoize(m.uint32())],
  [0x94, (m) => m.memoize()],
  [code('h'), (m) => m.recall(m.uint8())],
  [code('j'), (m) => m.recall(m.uint32())],
  // Objects
  [code('c'), (m, world) => pushGlobal(m, world, m.line(), m.line())],
  [0x93, stackGlobal],
  [code('R'), call],
  [0x81, call],
  [code('b'), build],
  [code('Q'), (m, world) => m.pushNew(world.persistent(m.pop()))],
]);

const emptyTuple: PickleValue = [];

function code(letter: string): number {
  return letter.charCodeAt(0);
}
