/** Cuts text to a width in pixels; the measuring is remembered, since the same names come with every poll. */
export class TextFitter {
  private readonly context = document.createElement('canvas').getContext('2d');
  private readonly widths = new Map<string, number>();

  /** Longest start of `text` that fits, with an ellipsis where something was cut. */
  fit(text: string, maxWidth: number, sizePx: number, weight: 400 | 600 = 400): string {
    if (this.width(text, sizePx, weight) <= maxWidth) return text;
    let low = 1;
    let high = text.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const candidate = `${text.slice(0, middle).trimEnd()}…`;
      if (this.width(candidate, sizePx, weight) <= maxWidth) low = middle;
      else high = middle - 1;
    }
    return `${text.slice(0, low).trimEnd()}…`;
  }

  /** In pixels; 0 where nothing can be measured. */
  width(text: string, sizePx: number, weight: 400 | 600 = 400): number {
    const key = `${weight} ${sizePx} ${text}`;
    const known = this.widths.get(key);
    if (known !== undefined) return known;
    if (this.context === null) return 0;
    // Numbers change with every poll, so what was measured is forgotten now and then.
    if (this.widths.size > 5_000) this.widths.clear();
    const family = getComputedStyle(document.body).fontFamily;
    this.context.font = `${weight} ${sizePx}px ${family}`;
    const { width } = this.context.measureText(text);
    this.widths.set(key, width);
    return width;
  }
}
