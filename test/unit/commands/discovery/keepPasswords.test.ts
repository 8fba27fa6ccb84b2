import assert from 'node:assert/strict';
import { keepPasswords } from '../../../../src/commands/discovery/keepPasswords';
import { wasAdded } from '../../../../src/commands/discovery/writtenWords';
import type { Passwords } from '../../../../src/core/ports/passwords';
import type { WrittenProposal } from '../../../../src/topologyFile/writeProposal';

const TEXT = JSON.stringify({
  nodes: {
    central: { connection: 'postgresql://monitor@db:5432/app' },
    reader: { connection: 'postgresql://monitor@db2:5432/app', passwordSource: 'pgpass' },
  },
});

class Store {
  readonly kept = new Map<string, string>();
  get = (key: string) => Promise.resolve(this.kept.get(key));
  store = (key: string, value: string) => Promise.resolve(void this.kept.set(key, value));
  delete = (key: string) => Promise.resolve(void this.kept.delete(key));
}

const passwords: Pick<Passwords, 'storeKeysOf'> = {
  storeKeysOf: ({ id }) => Promise.resolve([`key of ${id}`]),
};

async function keep(
  store: Store,
  secrets: ReadonlyMap<string, string>,
  areSecretsTried?: boolean,
): Promise<Readonly<Record<string, string>>> {
  const keys = new Map([
    ['primary', 'central'],
    ['standby', 'reader'],
  ]);
  // Nothing else of it is used.
  const deps = { passwords: passwords as Passwords, secrets: store };
  await keepPasswords(
    deps,
    { text: TEXT, keys },
    { secrets, ...(areSecretsTried === undefined ? {} : { areSecretsTried }) },
  );
  return Object.fromEntries(store.kept);
}

describe('passwords that came along with a proposal', () => {
  it('are kept for the nodes that were written, under their names in the file', async () => {
    const secrets = new Map([
      ['primary', 's3cret'],
      ['left out', 'other'],
      ['standby', 'of the passfile'],
    ]);
    assert.deepEqual(await keep(new Store(), secrets), { 'key of central': 's3cret' });
  });

  it('replace one that is kept only when a server took them', async () => {
    const store = new Store();
    store.kept.set('key of central', 'old');
    const secrets = new Map([['primary', 'new']]);
    assert.deepEqual(await keep(store, secrets), { 'key of central': 'old' });
    assert.deepEqual(await keep(store, secrets, true), { 'key of central': 'new' });
  });
});

describe('what was added to a file', () => {
  const written = (nodes: number, added: number): WrittenProposal => ({
    text: '',
    edits: [],
    added: Array.from({ length: added }, (_, index) => `node ${index}`),
    addedNodes: Array.from({ length: nodes }, (_, index) => `${index}`),
    keys: new Map(),
    problems: [],
  });

  it('is counted in nodes, else in entries', () => {
    assert.equal(wasAdded(written(3, 4), 'were'), '3 nodes were');
    assert.equal(wasAdded(written(1, 2), 'were'), '1 node was');
    assert.equal(wasAdded(written(0, 1), 'were'), '1 entry was');
    assert.equal(wasAdded(written(0, 2), 'would be'), '2 entries would be');
  });
});
