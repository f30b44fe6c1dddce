import { randomId } from './device.js';

/** The routes of the HTTP API, each write under an id of its own. */
export class Api {
  #http;

  constructor(http) {
    this.#http = http;
  }

  conversations(page = {}) {
    return this.#http.get('/v1/conversations', { cursor: page.cursor, limit: page.limit });
  }

  conversation(id) {
    return this.#http.get(of(id));
  }

  create(wanted) {
    const clientRequestId = wanted.clientRequestId ?? randomId();
    return this.#http.post('/v1/conversations', wanted.type === 'group' ? { ...wanted, clientRequestId } : wanted, clientRequestId);
  }

  update(id, settings) {
    return this.#http.patch(of(id), settings, randomId());
  }

  page(id, { after, before, limit }) {
    return this.#http.get(`${of(id)}/messages`, { after, before, limit });
  }

  members(id, page = {}) {
    return this.#http.get(`${of(id)}/members`, { cursor: page.cursor, limit: page.limit });
  }

  addMembers(id, userIds, role) {
    return this.#http.post(`${of(id)}/members`, { userIds, role }, randomId());
  }

  changeRole(id, userId, role) {
    return this.#http.patch(`${of(id)}/members/${encodeURIComponent(userId)}`, { role }, randomId());
  }

  removeMember(id, userId) {
    return this.#http.delete(`${of(id)}/members/${encodeURIComponent(userId)}`, randomId());
  }

  async presence(userIds) {
    const { presence } = await this.#http.get('/v1/presence', { userIds: userIds.join(',') });
    return presence.map(({ userId, status, lastSeenAt }) => (lastSeenAt === undefined ? { userId, status } : { userId, status, lastSeenAt }));
  }

  async devices() {
    return (await this.#http.get('/v1/devices')).devices;
  }

  async removeDevice(deviceId) {
    await this.#http.delete(`/v1/devices/${encodeURIComponent(deviceId)}`, randomId());
  }

  settings() {
    return this.#http.get('/v1/settings');
  }

  changeSettings(settings) {
    return this.#http.patch('/v1/settings', settings, randomId());
  }
}

function of(id) {
  return `/v1/conversations/${encodeURIComponent(id)}`;
}
