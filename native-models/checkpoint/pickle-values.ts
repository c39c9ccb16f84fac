/** What a pickle can hold here. Python ints are numbers (bigint beyond 2^53), tuples are plain arrays, dicts are Maps, so
 * that no name from a file ever becomes a property of a JavaScript object. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleFloat
  | PickleTuple
  | PickleList
  | PickleDict
  | PickleGlobal
  | PickleObject;

export type PickleTuple = readonly PickleValue[];
export type PickleDict = Map<PickleValue, PickleValue>;

/** A Python float, kept apart from int: `2.0` is no size of a tensor. */
export class PickleFloat {
  constructor(readonly value: number) {}
}

/** A Python list, which a pickle may still add to. */
export class PickleList {
  readonly items: PickleValue[] = [];
}

/** Something a pickle names by module and attribute. Only the ones on an allow list exist; `call` is our own stand-in for
 * what Python would do, and absent where there is nothing to call. */
export class PickleGlobal {
  constructor(
    readonly name: string,
    readonly call?: (args: PickleTuple) => PickleValue,
  ) {}
}

/** The result of calling a global. State that a pickle attaches to it is dropped unless a class keeps it. */
export class PickleObject {
  setState(_state: PickleValue): void {}
}

/** `argparse.Namespace`: named values. */
export class PickleNamespace extends PickleObject {
  readonly fields: PickleDict = new Map();

  override setState(state: PickleValue): void {
    if (state instanceof Map) for (const [name, value] of state) this.fields.set(name, value);
  }
}

/** Tuples are plain arrays. */
export const isTuple = (value: PickleValue | undefined): value is PickleTuple => Array.isArray(value);
