import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#common/contract/errors.ts';

const connectMs = 5000;
const againMs = 2000; // after the server refused something that it may take later

/** What is told while a server cannot be used: why, and when it can be again. */
export type TellQueue = (text: string) => void;

/** Whether a text can be the address of a server. */
export const isQueueAddress = (address: string): boolean =>
  URL.canParse(address) && ['redis:', 'rediss:', 'unix:'].includes(new URL(address).protocol);

/** Connects to a Redis or Valkey server. A connection that is lost is opened again by itself, for as long as it takes. The package for it
 * is loaded only where somebody asks for a queue. @throws AppError `queue-unreachable` */
export async function connectQueue(address: string, tell: TellQueue = () => undefined): Promise<Redis> {
  if (!isQueueAddress(address)) throw unreachable(address, 'that is no address such as redis://host:6379');
  const { Redis: Client } = await import('ioredis');
  const redis = new Client(address, { maxRetriesPerRequest: null, lazyConnect: true, connectTimeout: connectMs });
  let lastError: unknown; // says more than what `connect` rejects with
  redis.on('error', (error) => (lastError = error)); // it connects again by itself
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('it does not answer')), connectMs).unref();
  });
  try {
    await Promise.race([redis.connect(), timeout]);
    await Promise.race([redis.ping(), timeout]); // a server that wants a password takes the connection all the same
  } catch (cause) {
    redis.disconnect();
    throw unreachable(address, reasonOf(/closed/i.test(String(cause)) ? (lastError ?? cause) : cause), cause);
  }
  tellOutages(redis, address, tell);
  return redis;
}

function tellOutages(redis: Redis, address: string, tell: TellQueue): void {
  let isAway = false;
  redis.on('close', () => {
    if (isAway || redis.status === 'end') return;
    isAway = true;
    tell(
      `The queue at ${withoutSecrets(address)} does not answer any more. Nothing is lost; it is tried again until it does.`,
    );
  });
  redis.on('ready', () => {
    if (isAway) tell(`The queue at ${withoutSecrets(address)} answers again.`);
    isAway = false;
  });
}

/** Does something with a server that may refuse it for a while, as when its memory is full, until it does not.
 * @throws whatever else goes wrong; the signal's reason */
export async function untilTaken<T>(
  address: string,
  action: () => Promise<T>,
  { tell, signal }: { readonly tell: TellQueue; readonly signal: AbortSignal },
): Promise<T> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await action();
    } catch (error) {
      const refusal = refusals.find(([pattern]) => pattern.test(String(error)));
      if (!refusal) throw error;
      if (!isTold)
        tell(
          `The queue at ${withoutSecrets(address)} takes no work: ${refusal[1]}. Nothing is lost; it is tried again until it does.`,
        );
      await sleep(againMs, undefined, { signal });
    }
  }
}

/** What servers say when they cannot write for now. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/\bOOM\b/, 'its memory is full'],
  [/\bMISCONF\b/, 'it cannot write to its disk'],
  [/\bREADONLY\b/, 'it only reads, as copies do'],
  [/\bLOADING\b/, 'it is still starting'],
];

const connectReasons: readonly (readonly [RegExp, string])[] = [
  [/NOAUTH/, 'it wants a password: redis://:password@host'],
  [/WRONGPASS|invalid password/i, 'it does not take this name and password'],
  [/ECONNREFUSED/, 'nothing answers there'],
  [/ENOTFOUND|EAI_AGAIN/, 'there is no machine of that name'],
  [/ETIMEDOUT/, 'it does not answer'],
  ...refusals,
];

function reasonOf(cause: unknown): string {
  const text =
    cause instanceof Error ? `${cause.message} ${String((cause as NodeJS.ErrnoException).code)}` : String(cause);
  return connectReasons.find(([pattern]) => pattern.test(text))?.[1] ?? (cause instanceof Error ? cause.message : text);
}

function unreachable(address: string, reason: string, cause?: unknown): AppError {
  return new AppError('queue-unreachable', { address: withoutSecrets(address), reason }, { cause });
}

function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return 'an address that cannot be read';
  const { host, pathname } = new URL(address);
  return host || pathname;
}
