import type { en } from './en/index.ts';

type Areas = typeof en;
/** `area.name` of every message there is. */
export type MessageKey = {
  [A in keyof Areas]: A extends string ? `${A}.${Extract<keyof Areas[A], string>}` : never;
}[keyof Areas];

type MessageAt<Key> = Key extends `${infer A}.${infer Name}`
  ? A extends keyof Areas
    ? Name extends keyof Areas[A]
      ? Areas[A][Name]
      : never
    : never
  : never;
type Names<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type NamesIn<M> = M extends string
  ? Names<M>
  : M extends { one: infer One; other: infer Other }
    ? 'count' | Names<One> | Names<Other>
    : never;

/** What a message needs besides its key: nothing, or a value for each of its names. */
export type Values<Key extends MessageKey> = [NamesIn<MessageAt<Key>>] extends [never]
  ? []
  : [values: Readonly<Record<NamesIn<MessageAt<Key>>, string | number>>];
