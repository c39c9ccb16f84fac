import { errorFromWire } from '../contract/errors.ts';
import { hostError } from '../contract/host-errors.ts';
import { decodeFrame, encodeFrame } from './codec.ts';
import type { Contract, Event, Method, EventMember, ServicesOf } from './contract.ts';
import type { MessagePortLike } from './port.ts';
import { zServerFrame } from './protocol.ts';
import type { ClientFrame, ServerFrame } from './protocol.ts';

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
  readonly #listeners = new Map<number, (value: unknown) => void>();
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

  event(service: string, member: string, { value }: EventMember): Event<unknown> {
    return (listener) => {
      const id = this.#nextId++;
      this.#listeners.set(id, (received) => listener(value.parse(received)));
      this.#send({ type: 'subscribe', id, service, member });
      return () => {
        if (this.#listeners.delete(id)) this.#send({ type: 'unsubscribe', id });
      };
    };
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
    else if (frame.type === 'event') this.#listeners.get(frame.id)?.(frame.value);
    else this.#settle(frame);
  }

  #settle(frame: Exclude<ServerFrame, { type: 'event' }>): void {
    const pending = this.#pending.get(frame.id);
    this.#pending.delete(frame.id);
    this.#listeners.delete(frame.id); // a subscription that was refused
    if (frame.type === 'result') pending?.resolve(frame.value);
    else pending?.reject(errorFromWire(frame.error));
  }

  #lose(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(hostError('connection-lost'));
  }
}

function readFrame(bytes: Uint8Array): ServerFrame | undefined {
  try {
    return zServerFrame.parse(decodeFrame(bytes));
  } catch {
    return undefined;
  }
}

const reasonOf = (signal: AbortSignal | undefined): Error =>
  signal?.reason instanceof Error ? signal.reason : new Error('the call was cancelled');
