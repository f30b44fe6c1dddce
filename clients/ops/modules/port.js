/** The operators' port, asked with a credential. */

/** Longer than a node waits for the other nodes. */
const ANSWER_MILLIS_MAX = 6_000;
const SCALE_MILLIS_MAX = 65_000;

/** The port refused, or failed: `status` of HTTP, and its sentence as message. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class Port {
  #credential;

  constructor(credential) {
    this.#credential = credential;
  }

  status() {
    return this.#ask('GET', 'status');
  }

  scale(node, verticle, instances) {
    return this.#ask('POST', 'scale', { node, verticle, instances }, SCALE_MILLIS_MAX);
  }

  /** @param force also if it is the last with one of its roles */
  drain(node, force) {
    return this.#ask('POST', 'drain', { node, force });
  }

  why(messageId, userId) {
    return this.#ask('GET', `why?${new URLSearchParams({ messageId, userId })}`);
  }

  /** Rejects with `Refused`, or with an error whose message says that there was no answer. */
  async #ask(method, path, body, millisMax = ANSWER_MILLIS_MAX) {
    let answer;
    let text;
    try {
      answer = await fetch(`/admin/${path}`, {
        method,
        cache: 'no-store',
        headers: { authorization: `Bearer ${this.#credential}`, ...(body && { 'content-type': 'application/json' }) },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(millisMax),
      });
      text = await answer.text();
    } catch {
      throw new Error('The operators’ port does not answer.');
    }
    const said = parse(text);
    if (!answer.ok) throw new Refused(answer.status, sentence(said?.detail ?? `the operators’ port answered ${answer.status}`));
    return said;
  }
}

/** Null: it is no JSON, as what a proxy answers may be. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** As it stands alone. */
function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');
}
