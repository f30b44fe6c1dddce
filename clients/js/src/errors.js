/** What went wrong, with the code of the server or of the client itself. */
export class ParleyError extends Error {
  constructor(code, message, { retryable = false, retryAfterMillis, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ParleyError';
    this.code = code;
    this.retryable = retryable;
    this.retryAfterMillis = retryAfterMillis;
  }

  /** Of an error frame or a problem document. */
  static of(told) {
    return new ParleyError(String(told.code ?? 'internal'), String(told.message ?? told.detail ?? ''), {
      retryable: told.retryable === true,
      retryAfterMillis: told.retryAfterMillis,
    });
  }

  /**
   * Of a refusing answer over HTTP. What is not of the server itself, but of a proxy before it, has no code: then the status has to do.
   *
   * @param retryAfter the header, in seconds
   */
  static ofAnswer(status, text, retryAfter) {
    try {
      const told = JSON.parse(text);
      if (typeof told.code === 'string') return ParleyError.of(told);
    } catch {
      // not one of ours
    }
    const retryable = status >= 500 || status === 429;
    const retryAfterMillis = retryable && retryAfter > 0 ? 1000 * retryAfter : undefined;
    return new ParleyError('network', `the answer was ${status}`, { retryable, retryAfterMillis });
  }
}
