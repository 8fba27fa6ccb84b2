import { provideVSCodeDesignSystem, vsCodeButton } from '@vscode/webview-ui-toolkit';
import { html, type TemplateResult } from 'lit-html';

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
  readonly onClick: () => void;
}

/** A button that runs a command or copies something. */
export function button({ label, isPrimary = false, onClick }: ButtonProps): TemplateResult {
  return html`<pgt-button appearance=${isPrimary ? 'primary' : 'secondary'} @click=${onClick}
    >${label}</pgt-button
  >`;
}
