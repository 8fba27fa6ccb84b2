import uPlot from 'uplot';
import { placeOn, spellTick } from './axes';
import { type ChartModel, type Line, type LineStyle, WIDE } from './chartModel';
import { drawOver, drawUnder } from './decorate';
import { gridIndexAt, gridTimeMs, type GridValue } from './grid';
import type { Palette } from './palette';

const HEIGHT = 136;
const AXIS_LEFT = 46;
const AXIS_BOTTOM = 18;

const DASHES: Readonly<Partial<Record<LineStyle, number[]>>> = {
  dash: [5, 3],
  dot: [2, 2],
  dashDot: [7, 2, 1.5, 2],
};
const UNBOUND = () => null;

/** One chart on one canvas. Redraws only when its model, its width or the theme changed. */
export class LineChart {
  private plot: uPlot | null = null;
  private drawnKey = '';
  private palette: Palette;
  private model: ChartModel;
  private cursorMs: number | null = null;

  /** @param onHover time under the mouse, `null` when it left. */
  constructor(
    readonly host: HTMLElement,
    model: ChartModel,
    palette: Palette,
    private readonly onHover: (atMs: number | null) => void,
  ) {
    this.model = model;
    this.palette = palette;
  }

  update(model: ChartModel, palette: Palette, width: number): void {
    const isSame = palette === this.palette && looksLike(model, this.model);
    this.model = model;
    this.palette = palette;
    if (isSame && this.plot?.width === width) return;
    const key = [...model.lines.map(({ id, style }) => `${id} ${style}`), model.axis.high].join(
      '\n',
    );
    if (this.plot === null || key !== this.drawnKey) {
      this.plot?.destroy();
      this.plot = new uPlot(this.options(width), this.data(), this.host);
      this.listen(this.plot);
      this.drawnKey = key;
    } else {
      if (this.plot.width !== width) this.plot.setSize({ width, height: HEIGHT });
      this.plot.setData(this.data());
    }
    this.setCursor(this.cursorMs);
  }

  /** Moves the line that all charts share. */
  setCursor(atMs: number | null): void {
    this.cursorMs = atMs;
    if (this.plot === null) return;
    const { grid } = this.model;
    const placed = atMs === null ? null : gridTimeMs(grid, gridIndexAt(grid, atMs)) / 1000;
    // A value above nothing, so that only the upright line is shown.
    const left = placed === null ? -10 : this.plot.valToPos(placed, 'x');
    this.plot.setCursor({ left, top: -10 }, false);
  }

  isIn(host: HTMLElement | undefined): boolean {
    return host === this.host;
  }

  dispose(): void {
    this.plot?.destroy();
    this.plot = null;
  }

  /** The mouse moves the line of all charts, and only the mouse: drawing anew must not. */
  private listen({ over }: uPlot): void {
    over.addEventListener('mousemove', ({ offsetX }) => {
      const { grid } = this.model;
      const atMs = (this.plot?.posToVal(offsetX, 'x') ?? 0) * 1000;
      this.onHover(gridTimeMs(grid, gridIndexAt(grid, atMs)));
    });
    over.addEventListener('mouseleave', () => this.onHover(null));
  }

  /** The emphasised line is drawn last, so that it lies on top. */
  private ordered(): readonly Line[] {
    const lines = this.model.lines;
    return [
      ...lines.filter((line) => !WIDE.has(line.style)),
      ...lines.filter((line) => WIDE.has(line.style)),
    ];
  }

  private data(): uPlot.AlignedData {
    const { grid, axis } = this.model;
    const times = Array.from({ length: grid.count }, (_, index) => gridTimeMs(grid, index) / 1000);
    const place = (value: GridValue) => (typeof value === 'number' ? placeOn(axis, value) : value);
    return [times, ...this.ordered().map((line) => line.values.map(place))];
  }

  private options(width: number): uPlot.Options {
    const { kind } = this.model;
    const isStepped = kind === 'depth';
    const paths = isStepped ? uPlot.paths.stepped?.({ align: 1 }) : uPlot.paths.linear?.();
    const { ticks } = this.model.axis;
    return {
      width,
      height: HEIGHT,
      padding: [8, 6, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: false, y: false },
        bind: {
          mousedown: UNBOUND,
          mouseup: UNBOUND,
          click: UNBOUND,
          dblclick: UNBOUND,
          mousemove: UNBOUND,
          mouseleave: UNBOUND,
          mouseenter: UNBOUND,
        },
      },
      scales: {
        x: {
          time: true,
          range: () => [this.model.grid.fromMs / 1000, this.model.grid.toMs / 1000],
        },
        // Values arrive as places on the axis, so that log and linear charts are drawn alike.
        y: { range: () => [0, 1] },
      },
      axes: [
        {
          size: AXIS_BOTTOM,
          grid: { show: false },
          ticks: { show: false },
          border: { show: true, stroke: () => this.palette.stroke, width: 1 },
          values: (_u, splits) => splits.map(() => ''),
        },
        {
          size: AXIS_LEFT,
          gap: 6,
          font: `11px ${this.palette.fontFamily}`,
          stroke: () => this.palette.muted,
          grid: { stroke: () => this.palette.row, width: 1 },
          ticks: { show: false },
          splits: () => ticks.map((tick) => placeOn(this.model.axis, tick)),
          values: () => ticks.map((tick) => spellTick(this.model.kind, tick)),
        },
      ],
      series: [
        {},
        ...this.ordered().map((line): uPlot.Series => ({
          stroke: () => this.colorOf(line.style),
          width: WIDE.has(line.style) ? 2.25 : 1.25,
          ...(DASHES[line.style] === undefined ? {} : { dash: [...(DASHES[line.style] ?? [])] }),
          ...(paths === undefined ? {} : { paths }),
          // What stands alone has no neighbour to draw a line to.
          points: { show: true, size: 4, filter: (u, at) => lonely(u.data[at] ?? []) },
          spanGaps: false,
        })),
      ],
      hooks: {
        drawAxes: [(u) => drawUnder(u, this.model, this.palette)],
        draw: [(u) => drawOver(u, this.model, this.palette)],
      },
    };
  }

  private colorOf(style: LineStyle): string {
    if (style === 'bad') return this.palette.bad;
    if (style === 'warn') return this.palette.warn;
    return style === 'focus' ? this.palette.accent : this.palette.muted;
  }
}

/** Whether two models are drawn alike. */
function looksLike(a: ChartModel, b: ChartModel): boolean {
  if (a === b) return true;
  return (
    a.grid.fromMs === b.grid.fromMs &&
    a.grid.stepMs === b.grid.stepMs &&
    a.grid.count === b.grid.count &&
    a.axis.high === b.axis.high &&
    a.lines.length === b.lines.length &&
    a.lines.every((line, at) => isSameLine(line, b.lines[at])) &&
    JSON.stringify([a.gaps, a.thresholds]) === JSON.stringify([b.gaps, b.thresholds])
  );
}

function isSameLine(a: Line, b: Line | undefined): boolean {
  return (
    a.id === b?.id &&
    a.style === b.style &&
    a.values.length === b.values.length &&
    a.values.every((value, at) => value === b.values[at]) &&
    a.late.size === b.late.size &&
    [...a.late.keys()].every((at) => b.late.has(at))
  );
}

/** Places of values between two gaps, or between a gap and the edge. */
function lonely(values: ArrayLike<GridValue>): number[] {
  const found: number[] = [];
  let before: number | null = null;
  let isJoined = false;
  const close = (): void => {
    if (before !== null && !isJoined) found.push(before);
    before = null;
    isJoined = false;
  };
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at];
    if (value === null) close();
    else if (value !== undefined) {
      isJoined ||= before !== null;
      before = at;
    }
  }
  close();
  return found;
}
