/** Forgets everything when the program ends. */
export class MemoryStore {
  #values = new Map();

  async read(prefix) {
    return [...this.#values].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key, structuredClone(value)]);
  }

  async write(changes) {
    for (const [key, value] of changes) {
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, structuredClone(value));
    }
  }
}

const TABLE = 'values';

/** For browsers: one table in a database of IndexedDB, for all tabs. */
export class IndexedDbStore {
  #name;
  #opening;

  constructor(name = 'parley') {
    this.#name = name;
  }

  async read(prefix) {
    const database = await this.#open();
    const table = database.transaction(TABLE, 'readonly').objectStore(TABLE);
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const [keys, values] = await Promise.all([done(table.getAllKeys(range)), done(table.getAll(range))]);
    return keys.map((key, i) => [key, values[i]]);
  }

  async write(changes) {
    const database = await this.#open();
    const transaction = database.transaction(TABLE, 'readwrite', { durability: 'strict' });
    const table = transaction.objectStore(TABLE);
    for (const [key, value] of changes) {
      if (value === undefined) table.delete(key);
      else table.put(value, key);
    }
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  #open() {
    this.#opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        // Another tab wants to change or delete it, or the browser has closed it: the next use opens it again.
        database.onversionchange = () => {
          database.close();
          this.#opening = undefined;
        };
        database.onclose = () => {
          this.#opening = undefined;
        };
        resolve(database);
      };
    }).catch(error => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
