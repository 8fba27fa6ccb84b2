import assert from 'node:assert/strict';
import { explained, readTarget, toNodeRef } from '../../../src/commands/target';
import { setupSubject } from '../../../src/core/setup/setupSubject';
import { declared, edge, queue, slot, snapshot } from '../core/describe/makeSnapshot';

const picture = snapshot({
  nodes: [
    declared('central'),
    declared('central-read', { standbyOf: 'central' }),
    declared('vengeance', {
      publications: [{ name: 'a/b', tables: [], schemas: [], allTables: true, options: {} }],
    }),
  ],
  edges: [
    edge({ id: 'streaming/central-read' }),
    edge({ id: 'consumer/electric' }),
    edge({ id: 'logical/central-read/app_sub', to: 'central-read' }),
  ],
  slots: [slot()],
  queues: [queue()],
});
const topologyId = picture.id;

describe('command targets', () => {
  it('are read from a row, which holds more than a target', () => {
    const row = { rowId: 'x', topologyId, subject: 'central-read', extra: () => 1 };
    assert.deepEqual(readTarget(row, [picture]), { topologyId, subject: 'central-read' });
    assert.deepEqual(readTarget({ topologyId, subject: null }, [picture]), {
      topologyId,
      subject: null,
    });
    assert.deepEqual(readTarget({ topologyId }, [picture]), { topologyId, subject: null });
  });

  it('are items of the set-up, of a node that is there or of the whole', () => {
    const ofNode = setupSubject({ nodeId: 'central', id: 'hba/x/central' });
    assert.deepEqual(readTarget({ topologyId, subject: ofNode }, [picture]), {
      topologyId,
      subject: ofNode,
    });
    assert.equal(toNodeRef({ topologyId, subject: ofNode }, [picture]).nodeId, 'central');
    const ofWhole = setupSubject({ nodeId: null, id: 'backups' });
    assert.equal(readTarget({ topologyId, subject: ofWhole }, [picture])?.subject, ofWhole);
    assert.equal(toNodeRef({ topologyId, subject: ofWhole }, [picture]).nodeId, null);
  });

  it('are nothing when they name what is not there, or are of another shape', () => {
    const bad: unknown[] = [
      undefined,
      null,
      'central',
      7,
      [],
      {},
      { topologyId: 'file:///elsewhere' },
      { topologyId: 5 },
      { topologyId, subject: 'nobody' },
      { topologyId, subject: 5 },
      { topologyId, subject: ['central'] },
      { subject: 'central' },
      { topologyId, subject: setupSubject({ nodeId: 'nobody', id: 'wal/nobody' }) },
      { topologyId, subject: 'setup' },
      { topologyId, subject: 'setup/central/%' },
    ];
    for (const value of bad) assert.equal(readTarget(value, [picture]), null);
  });

  it('belong to a node', () => {
    const nodeOf = (subject: string | null) => toNodeRef({ topologyId, subject }, [picture]).nodeId;
    assert.equal(nodeOf('central'), 'central');
    assert.equal(nodeOf('streaming/central-read'), 'central-read');
    assert.equal(nodeOf('consumer/electric'), 'central');
    assert.equal(nodeOf('slot/central/central_read'), 'central');
    assert.equal(nodeOf('queue/vengeance'), 'vengeance');
    const operation = '0b6f7a52-8c1d-4a6e-9a57-0d6b2f3c4e5f';
    assert.equal(nodeOf(`queue/vengeance/${operation}`), 'vengeance');
    assert.equal(nodeOf(`queue/nobody/${operation}`), null);
    assert.equal(nodeOf('queue/vengeance/all/conflict'), 'vengeance');
    assert.equal(nodeOf('queue/vengeance/all/dead/public/a%2Fb'), 'vengeance');
    assert.equal(nodeOf('queue/vengeance/all/dead/public/%'), null);
    assert.equal(nodeOf('queue/vengeance/7'), null);
    assert.equal(nodeOf('publication/vengeance/a/b'), 'vengeance');
    assert.equal(nodeOf('publication/central/a/b'), null);
    assert.equal(nodeOf(null), null);
  });

  it('are explained as what they are, else by their node, and a whole topology by its worst problem', () => {
    const of = (subject: string | null, from = picture) =>
      explained({ topologyId, subject }, [from]);
    const own = [
      'central',
      'streaming/central-read',
      'queue/vengeance',
      'slot/central/central_read',
    ];
    assert.deepEqual(
      own.map((subject) => of(subject)),
      own,
    );
    assert.equal(of('publication/vengeance/a/b'), 'vengeance');
    assert.equal(of('queue/vengeance/all/dead'), 'queue/vengeance');
    assert.equal(of(null), null);
    const summary = { ...picture.summary, problems: ['consumer/electric', 'central'] };
    assert.equal(of(null, { ...picture, summary }), 'consumer/electric');
    assert.equal(explained({ topologyId: 'file:///gone', subject: 'central' }, [picture]), null);
  });
});
