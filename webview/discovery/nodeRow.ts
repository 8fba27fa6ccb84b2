import { html, nothing, type TemplateResult } from 'lit-html';
import { say } from '../../src/core/say';
import { isWorthLook, type NodeDraft, placeOf } from '../../src/protocol/discoveryDraft';
import type { DiscoveryNode } from '../../src/protocol/discoveryState';
import { glyph } from '../parts/glyph';
import { button } from '../ui/button';
import type { ProposalActions } from './proposalActions';
import { addressOf, isLooking, nodeKey, type ProposalModel, roleOf } from './proposalModel';
import { lostWith } from './proposalText';

type Field = 'name' | 'host' | 'port';
/** What can be focused in a row. */
export type RowField = Field | 'found';

/** One node: whether it is written, how it is called, where it is dialled, and what is wrong with it. */
export function nodeRow(
  node: DiscoveryNode,
  index: number,
  model: ProposalModel,
  actions: ProposalActions,
): TemplateResult | typeof nothing {
  const entry = model.draft.find(({ id }) => id === node.id);
  if (entry === undefined) return nothing;
  const { kind, word } = roleOf(node, model.state);
  const key = nodeKey(node.id);
  return html`<div
    class="found__row ${entry.isTaken ? '' : 'is-left-out'}"
    role="row"
    aria-current=${model.selectedKey === key ? 'true' : nothing}
  >
    <span role="cell" class="checkbox">${tick(node, entry, actions)}</span>
    ${
      node.isInFile
        ? FIELDS.map((field) => known(field, entry))
        : FIELDS.map((field) => input(field, entry, index, model, actions))
    }
    <span role="cell" class="found__how">
      <span class="state">${glyph(`k-${kind}`)}<span>${word}</span></span>
      <span class="muted" aria-hidden="true">·</span>
      <button
        class="link"
        id=${fieldId('found', index)}
        type="button"
        aria-label=${say`${certaintyWord(node)}: evidence for ${model.names.get(node.id) ?? node.id}`}
        @click=${() => actions.enter(key)}
      >
        ${certaintyWord(node)}
      </button>
    </span>
    ${notes(node, entry, model, actions)}
  </div>`;
}

/** What is wrong with it, what goes with it, and a way to look at it where it was said to be. */
function notes(
  node: DiscoveryNode,
  entry: NodeDraft,
  model: ProposalModel,
  actions: ProposalActions,
): TemplateResult | typeof nothing {
  const { look } = model.state;
  const lost = entry.isTaken ? [] : lostWith(node.id, model);
  const canLook = look !== null && isWorthLook(node, entry);
  if (node.problem === null && lost.length === 0 && !canLook) return nothing;
  return html`<span role="cell" class="found__notes">
    ${
      node.problem === null
        ? nothing
        : html`<span class="note is-warn"
            >${glyph(node.isReached ? 's-lagging' : 's-unreachable')}<span
              >${node.problem}</span
            ></span
          >`
    }${
      lost.length === 0
        ? nothing
        : html`<span class="note"
            >${glyph('s-disabled')}<span>${say`Left out with it: ${lost.join(', ')}.`}</span></span
          >`
    }${
      canLook
        ? html`<span class="note found__look"
            >${lookButton(node, entry, model, actions)}<span class="muted"
              >${lookWords(node, entry, model)}</span
            ></span
          >`
        : nothing
    }
  </span>`;
}

function lookButton(
  node: DiscoveryNode,
  entry: NodeDraft,
  model: ProposalModel,
  actions: ProposalActions,
): TemplateResult {
  return button({
    label: say`Look Again`,
    name: say`Look Again: ${model.names.get(node.id) ?? node.id}`,
    isIdle: isLooking(model.state) || placeOf(entry) === null,
    onClick: () => actions.lookAgain(node.id),
  });
}

/** What pressing it does, or what is missing for that. */
function lookWords({ key }: DiscoveryNode, entry: NodeDraft, { state }: ProposalModel): string {
  if (state.look?.key === key) return state.look.said;
  const place = placeOf(entry);
  return place === null
    ? say`Enter host and port to look there.`
    : say`Dials ${addressOf(place.host, String(place.port))}. You are asked first when that is another machine.`;
}

/** A value that stays as the file has it. */
function known(field: Field, entry: NodeDraft): TemplateResult {
  return html`<span role="cell" class="found__${field}">
    <span class="found__label">${LABELS[field]}</span>
    <span class="found__known">${entry[field] === '' ? '–' : entry[field]}</span>
  </span>`;
}

function certaintyWord({ isInFile, certainty }: DiscoveryNode): string {
  return isInFile ? say`in the file` : certainty;
}

function tick(node: DiscoveryNode, entry: NodeDraft, actions: ProposalActions): TemplateResult {
  const change = (event: Event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    actions.change(node.id, { isTaken: event.target.checked });
  };
  const label = node.isInFile
    ? say`${node.id} is in the file already`
    : say`Write ${entry.name.trim() === '' ? entry.id : entry.name}`;
  return html`<input
    type="checkbox"
    aria-label=${label}
    .checked=${entry.isTaken}
    ?disabled=${node.isInFile}
    @change=${change}
  />`;
}

const FIELDS: readonly Field[] = ['name', 'host', 'port'];
const LABELS: Readonly<Record<Field, string>> = {
  name: say`Name`,
  host: say`Host`,
  port: say`Port`,
};
const PLACEHOLDERS: Readonly<Record<Field, string>> = {
  name: '',
  host: say`not known`,
  port: '5432',
};

function input(
  field: Field,
  entry: NodeDraft,
  index: number,
  model: ProposalModel,
  actions: ProposalActions,
): TemplateResult {
  const problem = model.problems.get(entry.id)?.[field] ?? null;
  const id = fieldId(field, index);
  const change = (event: Event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    actions.change(entry.id, { [field]: event.target.value });
  };
  return html`<span role="cell" class="found__${field}">
    <label class="found__label" for=${id}>${LABELS[field]}</label>
    <input
      class="text"
      id=${id}
      type="text"
      autocomplete="off"
      spellcheck="false"
      maxlength="255"
      inputmode=${field === 'port' ? 'numeric' : 'text'}
      placeholder=${PLACEHOLDERS[field]}
      aria-label=${say`${LABELS[field]} of ${entry.id}`}
      aria-invalid=${problem === null ? 'false' : 'true'}
      aria-describedby=${problem === null ? nothing : `${id}-problem`}
      ?disabled=${!entry.isTaken}
      .value=${entry[field]}
      @input=${change}
    />
    ${
      problem === null
        ? nothing
        : html`<span class="note is-bad" id="${id}-problem"
            >${glyph('s-mismatch')}<span>${problem}</span></span
          >`
    }
  </span>`;
}

/** Names may hold anything, so that places are counted. */
export function fieldId(field: RowField, index: number): string {
  return `field-${field}-${index}`;
}
