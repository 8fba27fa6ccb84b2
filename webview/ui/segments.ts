import { html, type TemplateResult } from 'lit-html';

export interface SegmentsProps<T extends string> {
  readonly legend: string;
  readonly name: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** One choice of a few, side by side. Native radio buttons: arrows, tab and screen readers come with them. */
export function segments<T extends string>(props: SegmentsProps<T>): TemplateResult {
  return html`<span class="segments" role="radiogroup" aria-label=${props.legend}>
    ${props.options.map(
      ({ value, label }) =>
        html`<label
          ><input
            type="radio"
            name=${props.name}
            value=${value}
            .checked=${value === props.value}
            @change=${() => props.onChange(value)}
          />${label}</label
        >`,
    )}
  </span>`;
}
