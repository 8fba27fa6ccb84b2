import { html, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { say } from '../../src/core/say';
import { nodeRow } from './nodeRow';
import type { ProposalActions } from './proposalActions';
import type { ProposalModel } from './proposalModel';

/** Every node in a row: whether it is written, how it is called, where it is dialled. Beside one another, or below one another where there is no room. */
export function nodeTable(model: ProposalModel, actions: ProposalActions): TemplateResult {
  const { nodes } = model.state;
  return html`<section class="section found" aria-labelledby="nodes-h">
    <div class="bar">
      <h2 id="nodes-h">${say`Nodes`} <span class="muted">${nodes.length}</span></h2>
    </div>
    <div class="found__rows" role="table" aria-labelledby="nodes-h">
      <div class="found__row found__head" role="row">
        <span role="columnheader">${say`Write`}</span>
        <span role="columnheader">${say`Name`}</span>
        <span role="columnheader">${say`Host, as dialled from here`}</span>
        <span role="columnheader">${say`Port`}</span>
        <span role="columnheader">${say`Found`}</span>
      </div>
      ${repeat(
        nodes,
        ({ key }) => key,
        (node, index) => nodeRow(node, index, model, actions),
      )}
    </div>
  </section>`;
}
