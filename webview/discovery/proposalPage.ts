import { html, nothing, render, type TemplateResult } from 'lit-html';
import { formatCounted } from '../../src/core/format';
import { say } from '../../src/core/say';
import { glyph, said } from '../parts/glyph';
import { sprite } from '../parts/sprite';
import { button } from '../ui/button';
import { nodeTable } from './nodeTable';
import type { ProposalActions } from './proposalActions';
import { proposalDetails } from './proposalDetails';
import { ProposalMap } from './proposalMap';
import { isLooking, nodeKey, type ProposalModel } from './proposalModel';
import { decisionOf, headlineOf, sentenceAbout, writeLabel } from './proposalText';

/** The whole page from the model. Rendering twice from the same model changes nothing. */
export class ProposalPage {
  private readonly map: ProposalMap;

  constructor(
    private readonly root: HTMLElement,
    private readonly actions: ProposalActions,
    /** Room for the map at a width of the page. */
    private readonly mapWidth: (pageWidth: number) => number,
  ) {
    this.map = new ProposalMap(actions);
  }

  render(model: ProposalModel): void {
    render(html`${sprite}${this.content(model)}`, this.root);
    this.root.removeAttribute('aria-busy');
  }

  private content(model: ProposalModel): TemplateResult {
    const { nodes, skipped } = model.state;
    return html`${this.head(model)}
      <div class="page">
        ${attention(model, this.actions)}
        ${
          nodes.length === 0
            ? nothing
            : html`<div class="stage">
                ${this.map.view(model, this.mapWidth(model.width))}
                <div class="aside">${proposalDetails(model, this.actions)}</div>
                ${nodeTable(model, this.actions)}
              </div>`
        }
        ${
          skipped.length === 0
            ? nothing
            : html`<section class="section skipped" aria-labelledby="skipped-h">
                <div class="bar">
                  <h2 id="skipped-h">
                    ${say`Not taken in`} <span class="muted">${skipped.length}</span>
                  </h2>
                </div>
                <ul class="said">
                  ${skipped.map((sentence) => html`<li>${sentence}</li>`)}
                </ul>
              </section>`
        }
      </div>`;
  }

  private head(model: ProposalModel): TemplateResult {
    const { isGood, title, meta } = headlineOf(model);
    const hasNodes = model.state.nodes.length > 0;
    return html`<header class="head head--decision">
      <h1 class=${isGood ? 'is-ok' : 'is-warn'}>
        ${glyph(isGood ? 's-ok' : 's-lagging', 'glyph--lg')}<span
          >${isGood ? nothing : said(say`warning`)}${title}</span
        >
      </h1>
      <p class="head__meta">${meta}</p>
      ${
        hasNodes
          ? html`<p
              class="head__meta decision ${model.problems.size > 0 ? 'is-bad' : ''}"
              role="status"
            >
              ${model.problems.size > 0 ? glyph('s-mismatch') : nothing}<span
                >${decisionOf(model)}</span
              >
            </p>`
          : nothing
      }
      ${
        model.state.look === null
          ? nothing
          : html`<p class="head__meta looked" role="status">${model.state.look.said}</p>`
      }
      <div class="head__tools">
        ${
          hasNodes
            ? button({
                label: writeLabel(model),
                isPrimary: true,
                isIdle: isLooking(model.state),
                onClick: this.actions.write,
              })
            : nothing
        }
        ${button({ label: hasNodes ? say`Cancel` : say`Close`, onClick: this.actions.cancel })}
      </div>
    </header>`;
  }
}

/** So many nodes with a problem stand open; the table has all of them. */
const SHOWN = 6;

/** What is wrong with what was found, then nodes with a problem: a click shows why. */
function attention(
  model: ProposalModel,
  actions: ProposalActions,
): TemplateResult | typeof nothing {
  const { state, selectedKey } = model;
  const troubled = state.nodes.filter(({ problem }) => problem !== null);
  const warnings = [...state.warnings, ...model.lost];
  const count = warnings.length + troubled.length;
  if (count === 0) return nothing;
  return html`<section class="section" aria-labelledby="problems-h">
    <div class="bar">
      <h2 id="problems-h">${say`Needs attention`} <span class="muted">${count}</span></h2>
    </div>
    <ol class="problems">
      ${warnings.map(
        (sentence) =>
          html`<li class="problem problem--plain is-warn">
            ${glyph('s-lagging')}<span>${said(say`warning`)}${sentence}</span>
          </li>`,
      )}
      ${troubled.slice(0, SHOWN).map(({ id, problem, isReached }) => {
        const key = nodeKey(id);
        return html`<li>
          <button
            class="problem is-warn"
            type="button"
            aria-current=${key === selectedKey ? 'true' : nothing}
            @click=${() => actions.select(key)}
          >
            ${glyph(isReached ? 's-lagging' : 's-unreachable')}
            <span>${said(say`warning`)}${sentenceAbout(id, problem ?? '', model)}</span>
            <span></span>${glyph('t-chevron')}
          </button>
        </li>`;
      })}
    </ol>
    ${
      troubled.length > SHOWN
        ? html`<p class="foot">
            ${say`${formatCounted(troubled.length - SHOWN, 'more node')} with a problem: the table of nodes says which.`}
          </p>`
        : nothing
    }
  </section>`;
}
