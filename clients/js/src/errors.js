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
}
