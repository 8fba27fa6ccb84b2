import { provideVSCodeDesignSystem, vsCodeButton } from '@vscode/webview-ui-toolkit';
import { html, nothing, type TemplateResult } from 'lit-html';

/**
 * Makes the toolkit's elements known under a prefix of ours. This folder alone imports the toolkit, which is no longer
 * maintained, so that one day another library can stand here.
 */
export function registerControls(): void {
  provideVSCodeDesignSystem().withPrefix('pgt').register(vsCodeButton());
}

export interface ButtonProps {
  readonly label: string;
  /** The likely one of several. */
  readonly isPrimary?: boolean;
  /** What is said of it beyond its label, which it has to hold. */
  readonly name?: string;
  /** Does nothing for now; it keeps the focus all the same, so that nobody is thrown out of their place. */
  readonly isIdle?: boolean;
  readonly onClick: () => void;
}

/** A button that runs a command or copies something. */
export function button(props: ButtonProps): TemplateResult {
  const { label, isPrimary = false, name, isIdle = false, onClick } = props;
  return html`<pgt-button
    appearance=${isPrimary ? 'primary' : 'secondary'}
    aria-label=${name ?? nothing}
    aria-disabled=${isIdle ? 'true' : nothing}
    @click=${() => {
      if (!isIdle) onClick();
    }}
    >${label}</pgt-button
  >`;
}
