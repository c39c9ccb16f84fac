import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who may talk to the server: a browser on this machine that was given the address with the token. Other programs' pages cannot get
 * in: their requests carry another Origin or, through a name they made point here, another Host. */
export class Access {
  readonly token: string;
  readonly #port: () => number;

  /** @param token an address given out before stays valid with the same one @param port known once the server listens */
  constructor(port: () => number, token = randomBytes(32).toString('base64url')) {
    this.#port = port;
    this.token = token;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port()}`;
  }

  /** Address that lets a browser in. */
  get address(): string {
    return `${this.origin}/?token=${this.token}`;
  }

  /** Cookies do not tell ports apart, so the name does. */
  get #cookieName(): string {
    return `editar-${this.#port()}`;
  }

  get cookie(): string {
    return `${this.#cookieName}=${this.token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  isToken(value: string | null): boolean {
    if (value === null) return false;
    const [given, expected] = [Buffer.from(value), Buffer.from(this.token)];
    return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
  }

  hasCookie({ headers }: IncomingMessage): boolean {
    const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
    const own = cookies.find((cookie) => cookie.startsWith(`${this.#cookieName}=`));
    return this.isToken(own === undefined ? null : own.slice(this.#cookieName.length + 1));
  }

  isOwnHost({ headers }: IncomingMessage): boolean {
    return headers.host === `127.0.0.1:${this.#port()}`;
  }

  /** Browsers name the origin of every socket; whoever leaves it out is none. */
  isOwnOrigin({ headers }: IncomingMessage): boolean {
    return headers.origin === this.origin;
  }
}
