import type { z } from 'zod';

/** Stops hearing an event. Safe to call again. */
export type Unsubscribe = () => void;

/** Something one can listen to. */
export type Event<T> = (listener: (value: T) => void) => Unsubscribe;

type Schemas = readonly z.ZodType[];
type Inputs<Args extends Schemas> = { -readonly [Index in keyof Args]: z.input<Args[Index]> };
type Outputs<Args extends Schemas> = { -readonly [Index in keyof Args]: z.output<Args[Index]> };

/** A member of a service that is called: what it takes and what it gives, as schemas. */
export interface Method<Args extends Schemas = Schemas, Result extends z.ZodType = z.ZodType> {
  readonly kind: 'method';
  readonly args: Args;
  readonly result: Result;
}

/** A member of a service that is listened to. Its name starts with `on`. */
export interface EventMember<Value extends z.ZodType = z.ZodType> {
  readonly kind: 'event';
  readonly value: Value;
  /** A new listener hears what came before it, so each subscribes by itself; all others of a client share one subscription. */
  readonly isReplayed: boolean;
}

export type ServiceShape = Readonly<Record<string, Method | EventMember>>;

/** Services by name: the one description that clients and servers are made from. */
export type Contract = Readonly<Record<string, ServiceShape>>;

export const method = <const Args extends Schemas, Result extends z.ZodType>(
  args: Args,
  result: Result,
): Method<Args, Result> => ({ kind: 'method', args, result });

export const event = <Value extends z.ZodType>(value: Value): EventMember<Value> => ({
  kind: 'event',
  value,
  isReplayed: false,
});

/** An event of which a new listener is told first what nobody has heard yet. */
export const replayedEvent = <Value extends z.ZodType>(value: Value): EventMember<Value> => ({
  ...event(value),
  isReplayed: true,
});

/** A service as its callers see it. A signal as one more argument ends a call early. */
export type ServiceOf<S extends ServiceShape> = {
  readonly [Name in keyof S]: S[Name] extends Method<infer Args, infer Result>
    ? (...args: [...args: Inputs<Args>, signal?: AbortSignal]) => Promise<z.output<Result>>
    : S[Name] extends EventMember<infer Value>
      ? Event<z.output<Value>>
      : never;
};
export type ServicesOf<C extends Contract> = { readonly [Name in keyof C]: ServiceOf<C[Name]> };

/** A service as it is written: arguments are checked already, and the signal tells when nobody waits for the answer any more. */
export type ImplementationOf<S extends ServiceShape> = {
  readonly [Name in keyof S]: S[Name] extends Method<infer Args, infer Result>
    ? (...args: [...args: Outputs<Args>, signal: AbortSignal]) => Promise<z.input<Result>> | z.input<Result>
    : S[Name] extends EventMember<infer Value>
      ? Event<z.input<Value>>
      : never;
};
export type ImplementationsOf<C extends Contract> = { readonly [Name in keyof C]: ImplementationOf<C[Name]> };
