import assert from 'node:assert/strict';
import type {
  ChoiceResult,
  ConflictChoice,
  ConflictDetails,
} from '../../../../src/core/queue/conflict';
import { PERSON, type ChangeMaker } from './changeMaker';
import type { Choice, ModelEdge, Operation, Row } from './model';
import type { RigDesk } from './rigDesk';
import type { Stage } from './stage';
import { countIn } from './tally';

/** A row as a person sees it: text of a JSON object. */
type Shown = Readonly<Record<string, unknown>>;

/** Decides on conflicts and dead operations at random, through the product's own desk, in the model as well. */
export class Person {
  constructor(
    private readonly stage: Stage,
    private readonly changes: ChangeMaker,
    private readonly desk: RigDesk,
  ) {}

  /** One choice on one open conflict. @returns false when there is none */
  async decideOne(name: string): Promise<boolean> {
    const { stage, desk } = this;
    const edge = stage.edge(name);
    const operation = edge.queue.find(({ state }) => state === 'conflict');
    if (operation === undefined) return false;
    const what = `${name}: decides ${operation.seq}`;
    const shown = await desk.readConflict(name, await stage.idOf(name, operation));
    assert.ok(shown !== null, stage.says(`${what}: nothing is shown`));
    this.lookAt(operation, shown, what);
    const now = await this.perhapsChangeAgain(name, operation, shown);
    const [choice, request] = this.choose(operation, now);
    const isDone = stage.model.decide(edge, operation, choice);
    stage.tell(`${what} ${choice.kind}${isDone ? '' : ', which is refused'}`);
    const result = await this.decide(name, now, request);
    assert.equal(result.kind, isDone ? 'done' : 'refused', stage.says(JSON.stringify(result)));
    countIn(stage.tally.decisions, isDone ? choice.kind : 'refused');
    if (!isDone) await this.keepPrimary(name, edge, operation, now);
    else if (stage.random.chance(0.1)) {
      const again = await this.decide(name, now, { kind: 'keepPrimary' });
      assert.equal(again.kind, 'gone', stage.says(what));
      countIn(stage.tally.decisions, 'gone');
    }
    return true;
  }

  /** One choice on all of them. @returns how many are decided: the others were refused */
  async decideAll(name: string): Promise<number> {
    const { stage, desk } = this;
    const edge = stage.edge(name);
    const open = edge.queue.filter(({ state }) => state === 'conflict');
    if (open.length === 0) return 0;
    const shown = await desk.listConflicts(name);
    assert.equal(shown.length, open.length, stage.says(`conflicts of ${name}`));
    const kind = stage.random.pick(['keepEdge', 'keepPrimary', 'drop'] as const);
    const expected = open.map((one) =>
      stage.model.decide(edge, one, { kind }) ? 'done' : 'refused',
    );
    stage.tell(`${name}: decides all ${open.length} ${kind}: ${expected.join(', ')}`);
    const results = (await desk.decide(name, shown, { kind })).map((result) => result.kind);
    assert.deepEqual(results, expected, stage.says(`all ${kind}`));
    for (const result of expected) {
      countIn(stage.tally.decisions, result === 'done' ? `${kind} of all` : 'refused');
    }
    return expected.filter((result) => result === 'done').length;
  }

  /** Of an operation that is dead: another parent for its row, or nothing more. */
  async endDead(name: string, operation: Operation): Promise<void> {
    const { stage, desk } = this;
    const id = await stage.idOf(name, operation);
    const dead = await desk.readDead(name, id);
    assert.ok(dead !== null, stage.says('nothing is dead'));
    assert.equal(dead.sqlstate, '23503', stage.says(`operation ${operation.seq} of ${name}`));
    const shops = stage.model.primary.all('shop');
    const { new: row, table } = operation;
    if (table === 'item' && row !== null && shops.length > 0 && stage.random.chance(0.5)) {
      const shop_id = stage.random.pick(shops)['id'] ?? null;
      stage.tell(`${name}: moves dead ${operation.seq} to shop ${JSON.stringify(shop_id)}`);
      const data = JSON.stringify({ ...parsed(dead.data), shop_id });
      assert.ok(await desk.retryDead(name, id, data));
      operation.new = { ...row, shop_id };
      operation.state = 'pending';
      countIn(stage.tally.decisions, 'retried');
      return;
    }
    stage.tell(`${name}: drops dead ${operation.seq}`);
    assert.ok(await desk.dropDead(name, id));
    operation.state = 'done';
    operation.outcome = 'dropped';
    countIn(stage.tally.decisions, 'dropDead');
  }

  private async decide(
    name: string,
    shown: ConflictDetails,
    choice: ConflictChoice,
  ): Promise<ChoiceResult> {
    const [result, ...more] = await this.desk.decide(name, [shown], choice);
    if (result === undefined || more.length > 0) throw new Error('not one result of one choice');
    return result;
  }

  /** What is shown has to be what the model knows. */
  private lookAt(operation: Operation, shown: ConflictDetails, what: string): void {
    const { stage } = this;
    const token = (row: string | null): unknown => parsed(row)['token'];
    const at = stage.model.rowBefore(operation);
    assert.equal(token(shown.primaryRow), at?.['token'], stage.says(what));
    assert.equal(token(shown.edgeRow), operation.new?.['token'], stage.says(what));
    assert.equal(shown.operation, operation.kind, stage.says(what));
  }

  /** Now and then the primary's row changes while somebody looks at it: then nothing may be decided. @returns what is shown then */
  private async perhapsChangeAgain(
    name: string,
    operation: Operation,
    shown: ConflictDetails,
  ): Promise<ConflictDetails> {
    const { stage } = this;
    const at = stage.model.rowBefore(operation);
    if (at === null || !stage.random.chance(0.15)) return shown;
    const table = stage.model.primary.table(operation.table);
    await stage.writeOnPrimary(
      this.changes.updateOf(stage.writer(null), table, at),
      'primary, meanwhile',
    );
    const kind = stage.random.pick(['keepEdge', 'keepPrimary', 'drop'] as const);
    const result = await this.decide(name, shown, { kind });
    assert.equal(result.kind, 'changedAgain', stage.says(JSON.stringify(result)));
    countIn(stage.tally.decisions, 'changedAgain');
    return result.details;
  }

  private async keepPrimary(
    name: string,
    edge: ModelEdge,
    operation: Operation,
    shown: ConflictDetails,
  ): Promise<void> {
    const { stage } = this;
    stage.model.decide(edge, operation, { kind: 'keepPrimary' });
    const result = await this.decide(name, shown, { kind: 'keepPrimary' });
    assert.equal(result.kind, 'done', stage.says(JSON.stringify(result)));
    countIn(stage.tally.decisions, 'keepPrimary');
  }

  /** The same choice for the model and for the desk. */
  private choose(operation: Operation, shown: ConflictDetails): [Choice, ConflictChoice] {
    const { random } = this.stage;
    const kind = random.pick([
      'keepEdge',
      'keepEdge',
      'keepEdge',
      'keepPrimary',
      'keepPrimary',
      'merged',
      'merged',
      'drop',
    ] as const);
    if (kind !== 'merged') return [{ kind }, { kind }];
    if (operation.new === null && shown.primaryRow === null)
      return [{ kind: 'drop' }, { kind: 'drop' }];
    return this.merge(operation, shown);
  }

  /** A row of one side, with a name of its own and the document of either. */
  private merge(operation: Operation, shown: ConflictDetails): [Choice, ConflictChoice] {
    const { random, model } = this.stage;
    const sides: readonly (readonly [Row, Shown])[] = [
      [operation.new, shown.edgeRow] as const,
      [model.rowBefore(operation), shown.primaryRow] as const,
    ].flatMap(([row, text]) => (row === null ? [] : [[row, parsed(text)] as const]));
    const [row, text] = random.pick(sides);
    const [otherRow, otherText] = random.pick(sides);
    const token = this.changes.nextToken(PERSON);
    const own = { name: `merged ${token}`, token };
    const merged = { ...row, ...own, doc: otherRow['doc'] ?? null };
    const written = { ...text, ...own, doc: otherText['doc'] };
    return [
      { kind: 'merged', row: merged },
      { kind: 'merged', row: JSON.stringify(written) },
    ];
  }
}

function parsed(row: string | null): Shown {
  return row === null ? {} : (JSON.parse(row) as Shown); // text of a JSON object, by its contract
}
