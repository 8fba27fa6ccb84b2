import { Uri, type WebviewPanel } from 'vscode';

/** The mark of the view container, `media/container.svg`, in colours of its own: a tab does not lend it one. */
const MARK =
  '<ellipse cx="8" cy="5" rx="5.25" ry="2.25"/><path d="M2.75 5v10.5c0 1.24 2.35 2.25 5.25 2.25s5.25-1.01 5.25-2.25V5"/><path d="M2.75 10.25c0 1.24 2.35 2.25 5.25 2.25s5.25-1.01 5.25-2.25"/><path d="M13.25 8h4.5"/><circle cx="19.75" cy="8" r="2"/><path d="M13.25 14.5l4.3 3.1"/><circle cx="19.25" cy="19" r="2"/>';

/** Gives a panel's tab the product's mark, as readable on light themes as on dark ones. */
export function setTabIcon(panel: WebviewPanel): void {
  panel.iconPath = { light: markIn('#3b3b3b'), dark: markIn('#cccccc') };
}

function markIn(color: string): Uri {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="${color}" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">${MARK}</svg>`;
  return Uri.parse(`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`);
}
