/** Calls listeners by the name of an event. */
export class Emitter {
  #listeners = new Map();

  on(name, listener) {
    if (typeof listener !== 'function') throw new TypeError('a listener is a function');
    const entry = { listener };
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), entry]);
    return () => {
      this.#listeners.set(name, (this.#listeners.get(name) ?? []).filter(each => each !== entry));
    };
  }

  /** A listener that throws is the application's failure: it is reported as such, and disturbs neither the others nor the client. */
  emit(name, event) {
    for (const { listener } of this.#listeners.get(name) ?? []) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
