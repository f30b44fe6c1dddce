// What an application writes has to compile, and what is marked must not.
import { type Conversation, type Entry, MemoryStore, IndexedDbStore, Parley, ParleyError, type State, type Store } from 'parley-client';
import { FileStore } from 'parley-client/file-store';

const stores: Store[] = [new MemoryStore(), new IndexedDbStore('mine'), new FileStore('./state.json')];

const parley = new Parley({
  url: 'https://chat.example.org',
  token: async ({ reason }) => (reason === 'refused' ? 'another' : 'token'),
  deviceId: 'phone',
  store: stores[0]!,
  transports: ['websocket', 'xhr-polling'],
  WebSocket,
  bounds: { entriesMax: 10 },
});

function show(state: State): string {
  switch (state.name) {
    case 'offline':
      return state.reason ?? 'not started';
    case 'waiting':
      return new Date(state.retryAt).toISOString();
    case 'connecting':
      return `${state.transport} ${state.attempt}`;
    case 'syncing':
    case 'online':
      return state.name;
  }
}

const stop: () => void = parley.on('state', state => show(state));
parley.on('message', ({ conversation, entry }) => render(conversation, entry));
parley.on('failed', ({ pending, error }) => error.retryable && pending.retry());
parley.on('signedOut', ({ error }) => error.code);
// @ts-expect-error there is no such event
parley.on('massage', () => {});
parley.connect();
stop();

function render(conversation: Conversation, entry: Entry): string {
  if (entry.kind === 'of_the_future') return '';
  const behind: number = conversation.head - conversation.cursor;
  return `${entry.senderId}: ${entry.body ?? ''} ${behind} ${conversation.receipts.get('bob')?.read}`;
}

async function use(): Promise<void> {
  const group = await parley.createGroup({ name: 'Team', memberIds: ['bob'] });
  group.open();
  const pending = group.send({ body: 'hello', mentions: [{ userId: 'bob', from: 0, length: 5 }, { all: true }], ext: { colour: 'red' } });
  const { sequence } = await pending.placed;
  group.edit(sequence, 'hello!');
  group.read();
  group.typing();
  await group.addMembers(['carol'], 'admin');
  const { members } = await group.members({ prefix: 'ca', limit: 10 });
  const { token } = await group.createInvitation({ expiresInSeconds: 3_600, usesMax: 10 });
  const { name, memberCount } = await parley.invitation(token);
  await (await parley.join(token)).setMute({ exceptMentions: true });
  const { members: all, read } = await group.countReceipts(sequence, { users: true });
  parley.on('mention', ({ conversation, sequences, entry }) => conversation.disturbs(entry) && console.log(sequences, name, memberCount, all, read));
  await group.setWriters('admins');
  const waits: number = (group.nextSendAt ?? 0) - (pending.delayed?.until ?? 0);
  console.log(waits, group.isMuted);
  // @ts-expect-error nobody writes is no choice
  await group.setWriters('nobody');
  const older: readonly Entry[] = await group.loadOlder();
  const { conversations, cursor } = await parley.conversations({ limit: 20 });
  parley.watch([...members.map(member => member.userId), String(older.length), String(conversations.length), cursor ?? '']);
  await parley.changeSettings({ invisible: true });
  // @ts-expect-error a draft has a body
  group.send({ text: 'hello' });
  // @ts-expect-error it is read only
  group.entries.push(older[0]!);
  throw new ParleyError('mine', 'of the application');
}
void use();
