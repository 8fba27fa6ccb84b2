import { html, svg, type TemplateResult } from 'lit-html';
import type { NodeKind } from '../map/graph';
import type { StateGlyph } from '../text/glyphs';

type Shape = `s-${StateGlyph}` | `k-${NodeKind}` | 't-search' | 't-chevron' | 't-copy' | 't-file';

/** A glyph between words; decoration, so the words beside it must say the same. */
export function glyph(shape: Shape, classes = ''): TemplateResult {
  return html`<svg class="glyph ${classes}" aria-hidden="true"><use href="#${shape}" /></svg>`;
}

/** A glyph at a place inside a drawing. */
export function placedGlyph(
  shape: Shape,
  x: number,
  y: number,
  size: number,
  classes = '',
): TemplateResult {
  return svg`<svg class="glyph ${classes}" x="${x}" y="${y}" width="${size}" height="${size}"><use href="#${shape}"></use></svg>`;
}

/** Says a state to screen readers alone. */
export function said(word: string): TemplateResult {
  return html`<span class="sr">${word}: </span>`;
}
