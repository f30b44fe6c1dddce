import { ParleyError } from './errors.js';

/** What close codes a browser lets a page use. */
const NORMAL = 1000;
const OPEN = 1;

/** What a server wants of SockJS, so that nobody can guess it. */
const SESSION_ID_LENGTH = 32;

/** Of the answer that refuses a handshake, in characters. */
const REFUSAL_MAX = 4096;

/** One connection, of whichever transport: tells that it is open, what comes, and once that it has ended. */
export class Link {
  #socket;
  #onClosed;

  /**
   * @param url of the server
   * @param transport its name
   * @param means `{ WebSocket, sockjs }`
   * @param on `{ open(), text(text), closed(code), turnedAway(retryAfterMillis) }`
   */
  constructor(url, transport, means, on) {
    this.#onClosed = on.closed;
    const socket =
      transport === 'websocket'
        ? new means.WebSocket(`${url.replace(/^http/, 'ws')}/v1/ws`)
        : new means.sockjs(`${url}/v1/sockjs`, null, { transports: [transport], sessionId: SESSION_ID_LENGTH });
    this.#socket = socket;
    socket.onopen = () => on.open();
    socket.onmessage = ({ data }) => on.text(String(data));
    socket.onclose = ({ code }) => this.#closed(code ?? 1006);
    socket.onerror = () => {}; // the close follows
    if (transport === 'websocket') this.#hearRefusal(on.turnedAway);
  }

  /** What a server answers in place of a handshake: browsers keep it to themselves, the `ws` of Node tells. */
  #hearRefusal(tell) {
    this.#socket.on?.('unexpected-response', (request, response) => {
      let text = '';
      response.on('data', part => (text += String(part).slice(0, REFUSAL_MAX - text.length)));
      response.on('close', () => {
        const { retryAfterMillis } = ParleyError.ofAnswer(response.statusCode, text, response.headers['retry-after']);
        if (retryAfterMillis > 0) tell(retryAfterMillis);
        this.close();
      });
    });
  }

  /** False: it is not open, and nothing was sent. */
  send(text) {
    if (this.#socket.readyState !== OPEN) return false;
    try {
      this.#socket.send(text);
      return true;
    } catch {
      return false;
    }
  }

  /** Ends it at once for us, whether or not the other side answers. */
  close() {
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close(NORMAL);
    } catch {
      // it was not yet open, or is over
    }
    this.#closed(1006);
  }

  #closed(code) {
    const tell = this.#onClosed;
    this.#onClosed = () => {};
    tell(code);
  }
}
