import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** For Node: one JSON file, written anew for all changes that came meanwhile, flushed, and renamed into place. */
export class FileStore {
  #path;
  #values;
  #loading;
  #writing = Promise.resolve();
  #next;

  constructor(path) {
    this.#path = path;
  }

  async read(prefix) {
    await this.#load();
    return [...this.#values].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key, structuredClone(value)]);
  }

  async write(changes) {
    await this.#load();
    for (const [key, value] of changes) {
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, structuredClone(value));
    }
    // One write is under way; all that comes meanwhile shares the next.
    this.#next ??= this.#writing
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#writing = this.#save();
        return this.#writing;
      });
    await this.#next;
  }

  #load() {
    this.#loading ??= readFile(this.#path, 'utf8').then(
      text => {
        this.#values = new Map(Object.entries(JSON.parse(text)));
      },
      error => {
        if (error.code !== 'ENOENT') throw error;
        this.#values = new Map();
      },
    );
    return this.#loading;
  }

  async #save() {
    const written = `${this.#path}.new`;
    await mkdir(dirname(this.#path), { recursive: true });
    const file = await open(written, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(Object.fromEntries(this.#values)));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(written, this.#path);
  }
}
