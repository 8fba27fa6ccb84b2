import type { ProposalChoices } from '../core/discovery/proposal';
import { say } from '../core/say';
import type { Envelope } from '../protocol/envelope';
import {
  parseIncident,
  IncidentError,
  INCIDENT_LIMIT_BYTES,
  TOO_LARGE,
} from '../protocol/incident';
import type { Incident } from '../protocol/incident';
import { chooseInMap, type MapQuestion } from './discoveryPanel';
import { DashboardSession, type DashboardDeps } from './dashboardSession';
import { IncidentMaker, type IncidentMakerDeps } from './incidentMaker';
import { IncidentSession, type IncidentSessionDeps } from './incidentSession';

type Post = (message: Envelope) => void;

/**
 * All that speaks to pages, and writes down what they show: one part of the package, loaded with the first page. `DashboardPanel`
 * and `IncidentEditor` are what VS Code needs before that.
 */
export interface Pages {
  dashboard(deps: DashboardDeps, post: Post): DashboardSession;
  /** @param file name of the file, for people */
  incident(
    deps: IncidentSessionDeps,
    given: { readonly incident: Incident; readonly file: string },
    post: Post,
  ): IncidentSession;
  incidentMaker(deps: IncidentMakerDeps): IncidentMaker;
  chooseInMap(question: MapQuestion): Promise<ProposalChoices | null>;
  /** @throws IncidentError for anything that `exportIncident` cannot have written */
  readIncident(bytes: Uint8Array): Incident;
  /** @throws IncidentError for a file too large to be read */
  checkIncidentSize(bytes: number): void;
}

/** Loads that part; asked for with each use, loaded once. */
export type LoadPages = () => Promise<Pages>;

export const pages: Pages = {
  dashboard: (deps, post) => new DashboardSession(deps, post),
  incident: (deps, { incident, file }, post) => new IncidentSession(deps, incident, file, post),
  incidentMaker: (deps) => new IncidentMaker(deps),
  chooseInMap,
  readIncident: (bytes) => parseIncident(textOf(bytes)),
  checkIncidentSize: (bytes) => {
    if (bytes > INCIDENT_LIMIT_BYTES) throw new IncidentError(TOO_LARGE);
  },
};

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new IncidentError(say`This is no incident file: it is not UTF-8 text.`);
  }
}
