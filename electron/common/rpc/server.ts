import { z } from 'zod';
import { errorToWire } from '../contract/errors.ts';
import type { WireError } from '../contract/errors.ts';
import { hostError } from '../contract/host-errors.ts';
import { decodeFrame, encodeFrame } from './codec.ts';
import type { Contract, Event, EventMember, ImplementationsOf, Method, Unsubscribe } from './contract.ts';
import type { MessagePortLike } from './port.ts';
import { zClientFrame } from './protocol.ts';
import type { ClientFrame, ServerFrame } from './protocol.ts';

/** More than any client of ours has open; one that does is broken. */
const maxOpen = 1024;

type Call = Extract<ClientFrame, { type: 'call' }>;
type Subscribe = Extract<ClientFrame, { type: 'subscribe' }>;
type Implementation = (...args: unknown[]) => unknown;

export interface ServeOptions {
  /** How what an implementation throws is told; by default as `errorToWire` does. */
  readonly describe?: (thrown: unknown) => WireError;
}

/** Answers a client until the port closes. Every argument is checked against the contract first; what is not in the contract cannot
 * be reached. Bytes that are no frame close the port. When it closes, calls are aborted and subscriptions ended. */
export function serve<C extends Contract>(
  port: MessagePortLike,
  contract: C,
  implementations: ImplementationsOf<C>,
  { describe = errorToWire }: ServeOptions = {},
): void {
  new ServerConnection(port, contract, implementations as Implementations, describe);
}

type Implementations = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

class ServerConnection {
  readonly #port: MessagePortLike;
  readonly #contract: Contract;
  readonly #implementations: Implementations;
  readonly #describe: (thrown: unknown) => WireError;
  readonly #calls = new Map<number, AbortController>();
  readonly #subscriptions = new Map<number, Unsubscribe>();

  constructor(
    port: MessagePortLike,
    contract: Contract,
    implementations: Implementations,
    describe: (thrown: unknown) => WireError,
  ) {
    this.#port = port;
    this.#contract = contract;
    this.#implementations = implementations;
    this.#describe = describe;
    port.onMessage((bytes) => this.#receive(bytes));
    port.onClose(() => this.#end());
  }

  #receive(bytes: Uint8Array): void {
    const frame = readFrame(bytes);
    if (!frame || !this.#isAcceptable(frame)) {
      this.#port.close();
      return;
    }
    switch (frame.type) {
      case 'call':
        void this.#call(frame);
        return;
      case 'cancel':
        this.#calls.get(frame.id)?.abort(new Error('the caller cancelled the call'));
        return;
      case 'subscribe':
        this.#subscribe(frame);
        return;
      case 'unsubscribe':
        this.#subscriptions.get(frame.id)?.();
        this.#subscriptions.delete(frame.id);
    }
  }

  /** An id is used once, and there is an end to what one client may have open. */
  #isAcceptable(frame: ClientFrame): boolean {
    if (frame.type !== 'call' && frame.type !== 'subscribe') return true;
    const isUsed = this.#calls.has(frame.id) || this.#subscriptions.has(frame.id);
    return !isUsed && this.#calls.size + this.#subscriptions.size < maxOpen;
  }

  async #call({ id, service, member, args }: Call): Promise<void> {
    const abort = new AbortController();
    this.#calls.set(id, abort);
    try {
      const { description, implementation } = this.#find(service, member, 'method');
      const checked = checkArguments(description as Method, args, `${service}.${member}`);
      const value = await (implementation as Implementation)(...checked, abort.signal);
      this.#send({ type: 'result', id, value });
    } catch (thrown) {
      this.#send({ type: 'error', id, error: this.#describe(thrown) });
    } finally {
      this.#calls.delete(id);
    }
  }

  #subscribe({ id, service, member }: Subscribe): void {
    try {
      const { implementation } = this.#find(service, member, 'event');
      const listen = implementation as Event<unknown>;
      this.#subscriptions.set(
        id,
        listen((value) => this.#send({ type: 'event', id, value })),
      );
    } catch (thrown) {
      this.#send({ type: 'error', id, error: this.#describe(thrown) });
    }
  }

  #find(service: string, member: string, kind: (Method | EventMember)['kind']) {
    const shape = Object.hasOwn(this.#contract, service) ? this.#contract[service] : undefined;
    const description = shape && Object.hasOwn(shape, member) ? shape[member] : undefined;
    if (description?.kind !== kind) {
      throw hostError('invalid-call', { member: `${service}.${member}`, reason: `there is no such ${kind}` });
    }
    return { description, implementation: this.#implementations[service]?.[member] };
  }

  #send(frame: ServerFrame): void {
    this.#port.send(encodeFrame(frame));
  }

  #end(): void {
    for (const abort of this.#calls.values()) abort.abort(new Error('the caller is gone'));
    for (const unsubscribe of this.#subscriptions.values()) unsubscribe();
    this.#subscriptions.clear();
  }
}

function checkArguments({ args: schema }: Method, args: unknown[], member: string): unknown[] {
  // Zod wants to know at compile time that a tuple is not empty; it takes empty ones all the same.
  const checked = z.tuple(schema as [z.ZodType]).safeParse(args);
  if (!checked.success) throw hostError('invalid-call', { member, reason: z.prettifyError(checked.error) });
  return checked.data;
}

function readFrame(bytes: Uint8Array): ClientFrame | undefined {
  try {
    return zClientFrame.parse(decodeFrame(bytes));
  } catch {
    return undefined;
  }
}
