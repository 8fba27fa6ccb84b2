import { html, type TemplateResult } from 'lit-html';

export interface CheckboxProps {
  readonly label: string;
  readonly isChecked: boolean;
  /** The box shows the state that it is given: a change that does not come true is taken back. */
  readonly onChange: (isChecked: boolean) => void;
}

/** Something that stays on until it is turned off. */
export function checkbox({ label, isChecked, onChange }: CheckboxProps): TemplateResult {
  const change = (event: Event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    const wanted = event.target.checked;
    event.target.checked = isChecked;
    onChange(wanted);
  };
  return html`<label class="checkbox"
    ><input type="checkbox" .checked=${isChecked} @change=${change} />${label}</label
  >`;
}
