export { ParleyError } from './errors.js';
export { Parley } from './parley.js';
export { IndexedDbStore, MemoryStore } from './stores.js';
