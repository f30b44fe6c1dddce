import { Backoff } from './backoff.js';
import { ParleyError } from './errors.js';

const TRIES_MAX = 4;
const ANSWER_MILLIS = 20_000;
const NEVER = new AbortController().signal;

/** The HTTP API: with the token, and again what may be tried again. Writes are named, so that again is not twice. */
export class Http {
  #url;
  #fetch;
  #tokens;
  #clock;
  #random;
  #reads = new AbortController(); // ends those under way

  constructor({ url, fetch, tokens, clock, random }) {
    this.#url = url;
    this.#fetch = fetch;
    this.#tokens = tokens;
    this.#clock = clock;
    this.#random = random;
  }

  get(path, query) {
    return this.#ask('GET', path, { query });
  }

  /** Reads that are under way end, with the error `closed`; writes go on until they are answered. */
  close() {
    this.#reads.abort();
    this.#reads = new AbortController();
  }

  /** @param id names the write for ever */
  post(path, body, id) {
    return this.#ask('POST', path, { body, id });
  }

  put(path, body, id) {
    return this.#ask('PUT', path, { body, id });
  }

  patch(path, body, id) {
    return this.#ask('PATCH', path, { body, id });
  }

  delete(path, id) {
    return this.#ask('DELETE', path, { id });
  }

  async #ask(method, path, { query = {}, body, id }) {
    const url = new URL(this.#url + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const backoff = new Backoff(this.#random, { maxMillis: 5_000 });
    const end = method === 'GET' ? this.#reads.signal : NEVER;
    let refusals = 0;
    for (;;) {
      const token = await this.#tokens.get();
      const answer = end.aborted ? undefined : await this.#once(method, url, token, body, id, end);
      if (end.aborted) throw new ParleyError('closed', 'the client was closed');
      if (!(answer instanceof ParleyError)) return answer;
      if (answer.code === 'unauthenticated' && refusals++ === 0) {
        this.#tokens.refuse(token);
        continue;
      }
      if (!answer.retryable || backoff.attempt >= TRIES_MAX - 1) throw answer;
      await new Promise(resolve => this.#after(backoff.next(answer.retryAfterMillis ?? 0), end, resolve));
    }
  }

  /** Runs the task when that time is over or the end has come; returns what stops that. */
  #after(millis, end, task) {
    const stop = () => {
      this.#clock.clearTimeout(timer);
      end.removeEventListener('abort', over);
    };
    const over = () => {
      stop();
      task();
    };
    const timer = this.#clock.setTimeout(over, millis);
    end.addEventListener('abort', over);
    return stop;
  }

  /** The answer, or the error. */
  async #once(method, url, token, body, id, end) {
    const headers = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (id !== undefined) headers['idempotency-key'] = id;
    const late = new AbortController();
    const stop = this.#after(ANSWER_MILLIS, end, () => late.abort());
    try {
      const fetch = this.#fetch;
      const response = await fetch(url, { method, headers, body: body && JSON.stringify(body), signal: late.signal });
      const text = await response.text();
      if (response.ok) return text === '' ? undefined : JSON.parse(text);
      return ParleyError.ofAnswer(response.status, text, response.headers?.get('retry-after'));
    } catch (error) {
      return new ParleyError('network', `${method} was not answered`, { retryable: true, cause: error });
    } finally {
      stop();
    }
  }
}
