import { randomId } from './device.js';

/** So many users a request takes. */
export const USERS_A_REQUEST = 1_000;

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

  countReceipts(id, sequence, { users }) {
    return this.#http.get(`${of(id)}/messages/${sequence}/receipts`, { users });
  }

  members(id, page = {}) {
    return this.#http.get(`${of(id)}/members`, { prefix: page.prefix, cursor: page.cursor, limit: page.limit });
  }

  /** As many as there are, one page after the other: each is one entry. */
  async addMembers(id, userIds, role) {
    for (let i = 0; i < userIds.length; i += USERS_A_REQUEST) {
      await this.#http.post(`${of(id)}/members`, { userIds: userIds.slice(i, i + USERS_A_REQUEST), role }, randomId());
    }
  }

  changeRole(id, userId, role) {
    return this.#http.patch(`${of(id)}/members/${encodeURIComponent(userId)}`, { role }, randomId());
  }

  removeMember(id, userId) {
    return this.#http.delete(`${of(id)}/members/${encodeURIComponent(userId)}`, randomId());
  }

  bans(id, page = {}) {
    return this.#http.get(`${of(id)}/bans`, { cursor: page.cursor, limit: page.limit });
  }

  ban(id, userId) {
    return this.#http.put(`${of(id)}/bans/${encodeURIComponent(userId)}`, undefined, randomId());
  }

  unban(id, userId) {
    return this.#http.delete(`${of(id)}/bans/${encodeURIComponent(userId)}`, randomId());
  }

  async invitations(id) {
    return (await this.#http.get(`${of(id)}/invitations`)).invitations;
  }

  createInvitation(id, { expiresInSeconds, usesMax }) {
    return this.#http.post(`${of(id)}/invitations`, { expiresInSeconds, usesMax }, randomId());
  }

  revokeInvitation(id, invitationId) {
    return this.#http.delete(`${of(id)}/invitations/${encodeURIComponent(invitationId)}`, randomId());
  }

  invitation(token) {
    return this.#http.get(`/v1/invitations/${encodeURIComponent(token)}`);
  }

  join(token) {
    return this.#http.post(`/v1/invitations/${encodeURIComponent(token)}`, undefined, randomId());
  }

  setMute(id, { until, exceptMentions }) {
    return this.#http.put(`${of(id)}/mute`, { until, exceptMentions });
  }

  unmute(id) {
    return this.#http.delete(`${of(id)}/mute`);
  }

  async blocks() {
    return (await this.#http.get('/v1/blocks')).userIds;
  }

  block(userId) {
    return this.#http.put(`/v1/blocks/${encodeURIComponent(userId)}`);
  }

  unblock(userId) {
    return this.#http.delete(`/v1/blocks/${encodeURIComponent(userId)}`);
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
