/** Colours of the theme as a canvas takes them. Names are those of the style sheet. */
export interface Palette {
  readonly foreground: string;
  readonly muted: string;
  readonly row: string;
  readonly stroke: string;
  readonly accent: string;
  readonly warn: string;
  readonly bad: string;
  readonly background: string;
  readonly fontFamily: string;
}

const VARIABLES = {
  foreground: '--vscode-foreground',
  muted: '--pt-muted',
  row: '--pt-row',
  stroke: '--pt-stroke',
  accent: '--pt-accent',
  warn: '--pt-warn',
  bad: '--pt-bad',
  background: '--vscode-editor-background',
} as const;

/** Reads the theme's colours as they are now. A probe resolves mixes and references, which a variable's text does not. */
export function readPalette(): Palette {
  const probe = document.createElement('span');
  probe.className = 'sr';
  document.body.append(probe);
  const resolve = (variable: string) => {
    probe.style.color = `var(${variable})`;
    return getComputedStyle(probe).color;
  };
  const palette = {
    foreground: resolve(VARIABLES.foreground),
    muted: resolve(VARIABLES.muted),
    row: resolve(VARIABLES.row),
    stroke: resolve(VARIABLES.stroke),
    accent: resolve(VARIABLES.accent),
    warn: resolve(VARIABLES.warn),
    bad: resolve(VARIABLES.bad),
    background: resolve(VARIABLES.background),
    fontFamily: getComputedStyle(document.body).fontFamily,
  };
  probe.remove();
  return palette;
}
