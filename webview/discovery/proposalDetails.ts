import { html, nothing, type TemplateResult } from 'lit-html';
import { say } from '../../src/core/say';
import type { DiscoveryEvidence } from '../../src/protocol/discoveryState';
import { glyph } from '../parts/glyph';
import { button } from '../ui/button';
import { LINK_KINDS } from '../text/linkKinds';
import type { ProposalActions } from './proposalActions';
import { nameOfEdge } from './proposalGraph';
import {
  addressOf,
  consumerKey,
  edgeKey,
  nodeKey,
  readKey,
  type ProposalModel,
  roleOf,
} from './proposalModel';
import { CERTAINTY, edgeSeenFrom, evidenceText } from './proposalText';

interface Fact {
  readonly label: string;
  readonly value: string;
  readonly evidence: DiscoveryEvidence;
}

interface Subject {
  readonly title: string;
  readonly kind: string;
  readonly certainty: 'seen' | 'guessed';
  readonly evidence: DiscoveryEvidence;
  readonly problem: string | null;
  readonly facts: readonly Fact[];
  readonly links: readonly { readonly key: string; readonly text: string }[];
  /** Whose row can be gone to, and which can be left out. */
  readonly nodeId: string | null;
  readonly isInFile: boolean;
}

/** Why what is selected was found: its evidence, what is known of it, and whether it will be written. */
export function proposalDetails(
  model: ProposalModel,
  actions: ProposalActions,
): TemplateResult | typeof nothing {
  const { selectedKey } = model;
  const subject = selectedKey === null ? null : subjectOf(selectedKey, model);
  if (subject === null || selectedKey === null) return nothing;
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') actions.backToMap(selectedKey);
  };
  return html`<section class="details" aria-labelledby="details-h" @keydown=${onKey}>
    <div class="details__body">
      <div class="details__head">
        <h2 id="details-h" tabindex="-1">${subject.title}</h2>
        <p class="details__kind">${subject.kind}</p>
        ${
          subject.problem === null
            ? nothing
            : html`<p class="verdict is-warn">
                ${glyph('s-lagging')}<span>${subject.problem}</span>
              </p>`
        }
        <p class="certainty">
          ${glyph(subject.certainty === 'seen' ? 's-idle' : 's-unknown')}<span
            >${CERTAINTY[subject.certainty]}</span
          >
        </p>
      </div>
      <div class="details__evidence">
        <h3 id="evidence-h">${say`Evidence`}</h3>
        <ul class="said" aria-labelledby="evidence-h">
          ${subject.evidence.map((one) => html`<li>${evidenceText(one)}</li>`)}
        </ul>
        ${factTable(subject, actions)}
      </div>
      <div class="details__actions">${subjectActions(subject, model, actions)}</div>
    </div>
  </section>`;
}

function factTable({ facts, links, nodeId }: Subject, actions: ProposalActions): TemplateResult {
  return html`<table class="evidence">
    <caption class="sr">
      ${say`What is known`}
    </caption>
    <tbody>
      ${facts.map(
        ({ label, value, evidence }) =>
          html`<tr>
            <th scope="row">${label}</th>
            <td>
              ${value}${evidence.map((one) => html`<span class="src">${evidenceText(one)}</span>`)}
            </td>
          </tr>`,
      )}
      ${
        links.length === 0
          ? nothing
          : html`<tr>
              <th scope="row">${nodeId === null ? say`Nodes` : say`Links`}</th>
              <td>
                <ul>
                  ${links.map(
                    ({ key, text }) =>
                      html`<li>
                        <button class="link" type="button" @click=${() => actions.enter(key)}>
                          ${text}
                        </button>
                      </li>`,
                  )}
                </ul>
              </td>
            </tr>`
      }
    </tbody>
  </table>`;
}

function subjectActions(
  { nodeId, isInFile }: Subject,
  { taken }: ProposalModel,
  actions: ProposalActions,
): TemplateResult | typeof nothing {
  if (nodeId === null || isInFile) return nothing;
  const isTaken = taken.has(nodeId);
  return html`<div class="actions">
    ${button({
      label: isTaken ? say`Leave Out` : say`Take In`,
      onClick: () => actions.change(nodeId, { isTaken: !isTaken }),
    })}${
      isTaken
        ? button({
            label: say`Change Name or Address`,
            onClick: () => actions.goToRow(nodeId),
          })
        : nothing
    }
  </div>`;
}

function subjectOf(key: string, model: ProposalModel): Subject | null {
  const { state } = model;
  const node = state.nodes.find(({ id }) => nodeKey(id) === key);
  if (node !== undefined) return nodeSubject(node.id, model);
  const index = state.edges.findIndex((_, at) => edgeKey(at) === key);
  if (index !== -1) return edgeSubject(index, model);
  const consumer = state.consumers.find(({ id }) => key === consumerKey(id) || key === readKey(id));
  if (consumer === undefined) return null;
  return {
    title: consumer.id,
    kind: `reads a slot of ${model.names.get(consumer.node) ?? consumer.node}`,
    certainty: consumer.certainty,
    evidence: consumer.evidence,
    problem: null,
    facts: [fact(say`Slot`, consumer.slot)],
    links: [],
    nodeId: null,
    isInFile: false,
  };
}

function nodeSubject(nodeId: string, model: ProposalModel): Subject | null {
  const { state, draft, taken, names } = model;
  const node = state.nodes.find(({ id }) => id === nodeId);
  const entry = draft.find(({ id }) => id === nodeId);
  if (node === undefined || entry === undefined) return null;
  const name = names.get(nodeId) ?? nodeId;
  const place = node.isInFile
    ? say` · in the file already`
    : taken.has(nodeId)
      ? ''
      : say` · left out`;
  const address = addressOf(entry.host, entry.port);
  return {
    title: name,
    kind: `${roleOf(node, state).word}${place}`,
    certainty: node.certainty,
    evidence: node.evidence,
    problem: node.problem,
    facts: [
      ...(name === nodeId ? [] : [fact(say`Proposed as`, nodeId)]),
      fact(say`Address`, address === '' ? say`not known` : address),
      ...node.connection.map(({ label, value }) => fact(label, value)),
      ...node.publications.map(({ name: publication, content, evidence }) => ({
        label: say`Publication`,
        value: `${publication}: ${content}`,
        evidence,
      })),
      ...(node.queue === null
        ? []
        : [
            {
              label: say`Queue`,
              value: `${node.queue.table}: ${node.queue.content}`,
              evidence: node.queue.evidence,
            },
          ]),
    ],
    links: state.edges.flatMap((edge, index) =>
      edge.from === nodeId || edge.to === nodeId
        ? [{ key: edgeKey(index), text: edgeSeenFrom(nodeId, edge, model) }]
        : [],
    ),
    nodeId,
    isInFile: node.isInFile,
  };
}

function edgeSubject(index: number, model: ProposalModel): Subject | null {
  const edge = model.state.edges[index];
  if (edge === undefined) return null;
  const called = (id: string) => model.names.get(id) ?? id;
  const known = (label: string, value: string | null) =>
    value === null || value === '' ? [] : [fact(label, value)];
  return {
    title: `${called(edge.from)} → ${called(edge.to)}`,
    kind: `${LINK_KINDS[edge.kind]} · ${nameOfEdge(edge, model)}`,
    certainty: edge.certainty,
    evidence: edge.evidence,
    problem: null,
    facts: [
      ...known(say`Subscription`, edge.subscription),
      ...known(say`Publications`, edge.publications.join(', ')),
      ...known(say`Slot`, edge.slot),
      ...known(say`The subscriber dials`, edge.connection),
      ...(model.taken.has(edge.from) && model.taken.has(edge.to)
        ? []
        : [fact(say`In the file`, say`no: one of its nodes is left out`)]),
    ],
    links: [edge.from, edge.to].map((id) => ({ key: nodeKey(id), text: called(id) })),
    nodeId: null,
    isInFile: false,
  };
}

function fact(label: string, value: string): Fact {
  return { label, value, evidence: [] };
}
