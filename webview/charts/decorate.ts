import type uPlot from 'uplot';
import { formatClock } from '../../src/core/format';
import { placeOn } from './axes';
import { type ChartModel, WIDE } from './chartModel';
import { gridTimeMs } from './grid';
import type { Palette } from './palette';

/** Half the width of a mark. */
const MARK = 4;

/** Draws what lies over the lines: a mark at the top edge where a check was late. */
export function drawOver(u: uPlot, model: ChartModel, palette: Palette): void {
  const { ctx, bbox } = u;
  const half = MARK * devicePixelRatio;
  ctx.save();
  for (const { late, style } of model.lines) {
    ctx.fillStyle = style === 'warn' ? palette.warn : WIDE.has(style) ? palette.bad : palette.muted;
    let drawnTo = Number.NEGATIVE_INFINITY;
    for (const index of [...late.keys()].sort((a, b) => a - b)) {
      const x = u.valToPos(gridTimeMs(model.grid, index) / 1000, 'x', true);
      // Marks that would lie on each other say no more than one.
      if (x < drawnTo + half * 2.5) continue;
      drawnTo = x;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top + half);
      ctx.lineTo(x + half, bbox.top + half * 2.75);
      ctx.lineTo(x - half, bbox.top + half * 2.75);
      ctx.closePath();
      ctx.fill();
    }
  }
  ctx.restore();
}

/** Draws what lies under the lines: hatched gaps with their names, thresholds, and the clock. */
export function drawUnder(u: uPlot, model: ChartModel, palette: Palette): void {
  const { ctx, bbox } = u;
  const scale = devicePixelRatio;
  const x = (index: number) => u.valToPos(gridTimeMs(model.grid, index) / 1000, 'x', true);
  ctx.save();
  ctx.font = `${11 * scale}px ${palette.fontFamily}`;
  for (const gap of model.gaps) {
    const left = Math.max(bbox.left, x(gap.from - 1));
    const width = Math.min(bbox.left + bbox.width, x(gap.to + 1)) - left;
    hatch(ctx, left, bbox.top, width, bbox.height, palette.muted, scale);
    const middle = bbox.top + bbox.height / 2;
    if (ctx.measureText(gap.name).width + 6 * scale < width) {
      label(ctx, gap.name, left + width / 2, middle, 'center', palette.muted, palette, scale);
    }
  }
  for (const { value, label: text } of model.thresholds) {
    const y = Math.round(bbox.top + (1 - placeOn(model.axis, value)) * bbox.height) + 0.5;
    ctx.strokeStyle = palette.foreground;
    ctx.lineWidth = scale;
    ctx.globalAlpha = 0.8;
    ctx.setLineDash([2 * scale, 3 * scale]);
    line(ctx, bbox.left, y, bbox.left + bbox.width, y);
    ctx.globalAlpha = 1;
    const left = bbox.left + 4 * scale;
    label(ctx, text, left, y - 5 * scale, 'left', palette.foreground, palette, scale);
  }
  ctx.setLineDash([]);
  clock(u, model, palette, scale);
  ctx.restore();
}

function clock(u: uPlot, model: ChartModel, palette: Palette, scale: number): void {
  const { ctx, bbox } = u;
  const { fromMs, toMs } = model.grid;
  ctx.fillStyle = palette.muted;
  ctx.textBaseline = 'top';
  for (let part = 0; part <= 3; part += 1) {
    ctx.textAlign = part === 0 ? 'left' : part === 3 ? 'right' : 'center';
    const text = formatClock(fromMs + ((toMs - fromMs) * part) / 3, 'minutes');
    ctx.fillText(text, bbox.left + (bbox.width * part) / 3, bbox.top + bbox.height + 5 * scale);
  }
}

function hatch(
  ctx: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  height: number,
  color: string,
  scale: number,
): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.strokeStyle = color;
  ctx.lineWidth = scale;
  ctx.globalAlpha = 0.4;
  const step = 8 * scale;
  for (let x = left - height - (left % step); x < left + width; x += step) {
    line(ctx, x, top + height, x + height, top);
  }
  ctx.restore();
}

/** Text with a rim of the background, so that it reads on lines and hatching. */
function label(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  align: CanvasTextAlign,
  color: string,
  palette: Palette,
  scale: number,
): void {
  ctx.textAlign = align;
  ctx.textBaseline = 'middle';
  ctx.setLineDash([]);
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4 * scale;
  ctx.strokeStyle = palette.background;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = color;
  ctx.fillText(text, x, y);
}

function line(ctx: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
