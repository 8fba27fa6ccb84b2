import type { Plan } from '../../../src/core/plan/plan';
import type {
  LoginPassword,
  PlanChangesRequest,
  SubscriptionSignIn,
} from '../../../src/core/plan/changes/changesRequest';
import { planChanges } from '../../../src/core/plan/changes/planChanges';
import type { PlanContext } from '../../../src/core/plan/requests';
import type { Topology, TopologyNode } from '../../../src/core/topology';
import { scramVerifier } from '../../../src/host/scramVerifier';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import { addressOf, PlanRig, type RigNode } from './planRig';

/** The role that subscriptions log in as; it needs its password. */
export const LOGIN = 'replication_user';
export const PASSWORD = `c4n4ry ch4nge's`;
const SECRET = `password of ${LOGIN}`;
const VERIFIER = `verifier of ${LOGIN}`;

/** Servers and the file that says what they should be. The file may be changed between two plans. */
export class ChangesRig extends PlanRig {
  constructor(
    members: Readonly<Record<string, RigNode>>,
    private text: string,
  ) {
    super(members);
  }

  /** What the file says from now on. */
  declare(text: string): void {
    this.text = text;
  }

  get declared(): Topology {
    const { topology } = parseTopologyFile(this.text);
    if (topology === null) throw new Error('The file of this test cannot be read.');
    return topology;
  }

  override get nodes(): readonly TopologyNode[] {
    const { nodes } = this.declared;
    return super.nodes.map((node) => {
      const said = nodes.find(({ id }) => id === node.id);
      if (said === undefined) return node;
      const { publications, subscriptions, standbyOf, slot } = said;
      return { ...node, publications, subscriptions, standbyOf, slot };
    });
  }

  /** @param change beside what is asked for all nodes */
  async planned(change: Partial<PlanChangesRequest> = {}, without: readonly string[] = []) {
    const context = await this.context([LOGIN]);
    const catalogs = new Map([...context.catalogs].filter(([id]) => !without.includes(id)));
    return this.planOf({ ...context, catalogs }, change);
  }

  planOf(context: PlanContext, change: Partial<PlanChangesRequest> = {}): Plan {
    return planChanges({ ...this.request(context), ...change }, context);
  }

  request(context: PlanContext): PlanChangesRequest {
    return {
      nodeIds: null,
      drops: false,
      signIns: this.signIns(context),
      passwords: this.passwords(),
      unread: [],
    };
  }

  get secrets(): Readonly<Record<string, string>> {
    return { [SECRET]: PASSWORD, [VERIFIER]: scramVerifier(PASSWORD) };
  }

  private passwords(): readonly LoginPassword[] {
    return Object.keys(this.members).map((publisherId) => ({
      publisherId,
      role: LOGIN,
      verifier: { secret: VERIFIER },
      resets: false,
    }));
  }

  /** Every subscription that is missing signs in with the password. */
  private signIns({ catalogs }: PlanContext): readonly SubscriptionSignIn[] {
    return this.nodes.flatMap((node) =>
      node.subscriptions
        .filter(
          ({ name }) => !catalogs.get(node.id)?.subscriptions.some((one) => one.name === name),
        )
        .map(({ name, publisher: publisherId }) => {
          const publisher = this.members[publisherId];
          if (publisher === undefined) throw new Error(`There is no node ${publisherId}.`);
          return {
            nodeId: node.id,
            subscription: name,
            connection: addressOf(publisher.cluster, {
              database: publisher.database ?? 'postgres',
              user: LOGIN,
              secret: SECRET,
            }),
            connectionTest: { kind: 'notTried', why: 'This is a test.' },
          };
        }),
    );
  }
}
