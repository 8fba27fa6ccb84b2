import { Position, Range } from 'vscode';

/** A piece of a text, in UTF-16 units. */
interface TextRange {
  readonly offset: number;
  readonly length: number;
}

/** Offsets of one text as lines and columns, without an open editor. */
export class LineIndex {
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#starts = [
      0,
      ...[...text.matchAll(/\r\n|\r|\n/gu)].map((match) => match.index + match[0].length),
    ];
  }

  positionOf(offset: number): Position {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return new Position(low, offset - (this.#starts[low] ?? 0));
  }

  rangeOf({ offset, length }: TextRange): Range {
    return new Range(this.positionOf(offset), this.positionOf(offset + length));
  }
}
