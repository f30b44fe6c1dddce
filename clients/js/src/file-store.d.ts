import type { Store } from './index.js';

/** For Node: one JSON file, written anew at each change and renamed into place. One process at a time. */
export class FileStore implements Store {
  constructor(path: string);
  read(prefix: string): Promise<[key: string, value: unknown][]>;
  write(changes: [key: string, value: unknown][]): Promise<void>;
}
