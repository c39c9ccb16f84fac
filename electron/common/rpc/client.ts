import { errorFromWire } from '../contract/errors.ts';
import { hostError } from '../contract/host-errors.ts';
import { decodeFrame, encodeFrame } from './codec.ts';
import type { Contract, Event, Method, EventMember, ServicesOf } from './contract.ts';
import type { MessagePortLike } from './port.ts';
import { zServerFrame } from './protocol.ts';
import type { ClientFrame, ServerFrame } from './protocol.ts';

type Listener = (value: unknown) => void;

/** What was subscribed to once, and all who hear it. */
interface Subscription {
  readonly id: number;
  readonly name: string;
  readonly description: EventMember;
  readonly listeners: Set<Listener>;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Services at the other end of a port. Calls reject with what the service threw, as a `RemoteError`; once the port is closed, all
 * that wait and all that follow reject with the code `connection-lost`. */
export function createClient<C extends Contract>(port: MessagePortLike, contract: C): ServicesOf<C> {
  const connection = new ClientConnection(port);
  const services = Object.entries(contract).map(([service, shape]) => {
    const members = Object.entries(shape).map(([member, description]) => [
      member,
      description.kind === 'method'
        ? connection.method(service, member, description)
        : connection.event(service, member, description),
    ]);
    return [service, Object.fromEntries(members)];
  });
  return Object.fromEntries(services) as ServicesOf<C>; // built from the contract, member by member
}

class ClientConnection {
  readonly #port: MessagePortLike;
  readonly #pending = new Map<number, Pending>();
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #shared = new Map<string, Subscription>(); // by the name of the event
  #nextId = 0;
  #isClosed = false;

  constructor(port: MessagePortLike) {
    this.#port = port;
    port.onMessage((bytes) => this.#receive(bytes));
    port.onClose(() => this.#lose());
  }

  method(service: string, member: string, { result }: Method) {
    return async (...args: unknown[]): Promise<unknown> => {
      const signal = args.at(-1) instanceof AbortSignal ? (args.pop() as AbortSignal) : undefined;
      return result.parse(await this.#call({ service, member, args }, signal));
    };
  }

  event(service: string, member: string, description: EventMember): Event<unknown> {
    return (listener) => {
      const subscription = this.#shared.get(nameOf(service, member)) ?? this.#subscribe(service, member, description);
      const own: Listener = (value) => listener(value); // one function that listens twice is two listeners
      subscription.listeners.add(own);
      return () => {
        if (subscription.listeners.delete(own) && subscription.listeners.size === 0) this.#unsubscribe(subscription);
      };
    };
  }

  #subscribe(service: string, member: string, description: EventMember): Subscription {
    const [id, name] = [this.#nextId++, nameOf(service, member)];
    const subscription: Subscription = { id, name, description, listeners: new Set() };
    this.#subscriptions.set(id, subscription);
    if (!description.isReplayed) this.#shared.set(name, subscription);
    this.#send({ type: 'subscribe', id, service, member });
    return subscription;
  }

  #unsubscribe({ id }: Subscription): void {
    if (this.#forget(id)) this.#send({ type: 'unsubscribe', id });
  }

  /** @returns whether there was such a subscription */
  #forget(id: number): boolean {
    const subscription = this.#subscriptions.get(id);
    if (!subscription) return false;
    this.#subscriptions.delete(id);
    if (this.#shared.get(subscription.name) === subscription) this.#shared.delete(subscription.name);
    return true;
  }

  #call(call: { service: string; member: string; args: unknown[] }, signal?: AbortSignal): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(hostError('connection-lost'));
    if (signal?.aborted) return Promise.reject(reasonOf(signal));
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const cancel = () => {
        if (this.#pending.delete(id)) this.#send({ type: 'cancel', id });
        reject(reasonOf(signal));
      };
      const done = () => signal?.removeEventListener('abort', cancel);
      this.#pending.set(id, {
        resolve: (value) => (done(), resolve(value)),
        reject: (error) => (done(), reject(error)),
      });
      signal?.addEventListener('abort', cancel, { once: true });
      this.#send({ type: 'call', id, ...call });
    });
  }

  #send(frame: ClientFrame): void {
    if (!this.#isClosed) this.#port.send(encodeFrame(frame));
  }

  #receive(bytes: Uint8Array): void {
    const frame = readFrame(bytes);
    if (!frame)
      this.#port.close(); // the other end is not what it should be
    else if (frame.type === 'event') this.#tell(frame.id, frame.value);
    else this.#settle(frame);
  }

  #tell(id: number, received: unknown): void {
    const subscription = this.#subscriptions.get(id);
    if (!subscription) return; // ended while the event was on its way
    const value = subscription.description.value.parse(received);
    for (const listener of [...subscription.listeners]) {
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error; // a bug of that listener, which keeps the event from no other
        });
      }
    }
  }

  #settle(frame: Exclude<ServerFrame, { type: 'event' }>): void {
    const pending = this.#pending.get(frame.id);
    this.#pending.delete(frame.id);
    this.#forget(frame.id); // a subscription that was refused
    if (frame.type === 'result') pending?.resolve(frame.value);
    else pending?.reject(errorFromWire(frame.error));
  }

  #lose(): void {
    this.#isClosed = true;
    this.#subscriptions.clear();
    this.#shared.clear();
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(hostError('connection-lost'));
  }
}

const nameOf = (service: string, member: string): string => `${service}.${member}`;

function readFrame(bytes: Uint8Array): ServerFrame | undefined {
  try {
    return zServerFrame.parse(decodeFrame(bytes));
  } catch {
    return undefined;
  }
}

const reasonOf = (signal: AbortSignal | undefined): Error =>
  signal?.reason instanceof Error ? signal.reason : new Error('the call was cancelled');
