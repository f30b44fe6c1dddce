const MARGIN_MILLIS_MAX = 60_000;
const MARGIN_PART = 0.2;

/** The token in use: asked for when needed, once at a time, and looked into for its end. */
export class Tokens {
  #ask;
  #now;
  #token;
  #claims = {};
  #receivedAt = 0;
  #asking;
  #refused = false;

  /** @param ask the application's callback @param now the server's time, as far as it is known */
  constructor(ask, now) {
    this.#ask = ask;
    this.#now = now;
  }

  /** Whom the token is of; undefined if it does not say. */
  get userId() {
    return this.#claims.sub;
  }

  /** When to have a new one; undefined: it does not end, as far as is known. */
  get renewAt() {
    const { exp } = this.#claims;
    if (typeof exp !== 'number') return undefined;
    const end = exp * 1000;
    return end - Math.min(MARGIN_MILLIS_MAX, Math.max(0, end - this.#receivedAt) * MARGIN_PART);
  }

  /** One that still has time. */
  async get() {
    const renewAt = this.renewAt;
    if (this.#token !== undefined && !this.#refused && (renewAt === undefined || this.#now() < renewAt)) return this.#token;
    return this.fresh(this.#refused ? 'refused' : 'connect');
  }

  /** A new one. Who asks meanwhile gets the same. */
  fresh(reason) {
    this.#asking ??= Promise.resolve()
      .then(() => this.#ask({ reason }))
      .then(token => {
        if (typeof token !== 'string' || token === '') throw new TypeError('the token callback gave no token');
        this.#token = token;
        this.#claims = claimsOf(token);
        this.#receivedAt = this.#now();
        this.#refused = false;
        return token;
      })
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  /** The server does not take this token. */
  refuse(token) {
    if (token === this.#token) this.#refused = true;
  }
}

/** What a JSON Web Token says; nothing if it is none. It is not verified: only its user gains by lying. */
function claimsOf(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), char => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? claims : {};
  } catch {
    return {};
  }
}
