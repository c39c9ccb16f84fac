import type { View } from './view.ts';

const dash = 4; // CSS px
const mostAnimated = 30_000; // corners; outlines of more are drawn still

/** The outline of a selection, as dashes that walk along it. */
export class Ants {
  #contours: readonly Int32Array[] = [];
  #path = new Path2D();
  #corners = 0;
  phase = 0; // CSS px

  show(contours: readonly Int32Array[]): void {
    if (contours === this.#contours) return;
    this.#contours = contours;
    this.#path = pathOf(contours);
    this.#corners = contours.reduce((sum, line) => sum + line.length / 2, 0);
  }

  get canWalk(): boolean {
    return this.#corners > 0 && this.#corners <= mostAnimated;
  }

  /** One step, unless the person wants less motion. @returns whether anything moved */
  walk(): boolean {
    if (!this.canWalk || globalThis.document.documentElement.dataset.motion === 'less') return false;
    this.phase = (this.phase + 1) % (2 * dash);
    return true;
  }

  /** @param context in CSS px */
  paint(context: CanvasRenderingContext2D, { zoom, x, y }: View): void {
    if (this.#corners === 0) return;
    context.save();
    context.translate(x, y);
    context.scale(zoom, zoom);
    context.lineWidth = 1.25 / zoom;
    context.strokeStyle = 'rgb(0 0 0 / 85%)';
    context.stroke(this.#path);
    if (this.canWalk) context.setLineDash([dash / zoom, dash / zoom]);
    context.lineDashOffset = this.phase / zoom;
    context.strokeStyle = '#ffffff';
    context.stroke(this.#path);
    context.restore();
  }
}

function pathOf(contours: readonly Int32Array[]): Path2D {
  const path = new Path2D();
  for (const line of contours) {
    path.moveTo(line[0]!, line[1]!);
    for (let i = 2; i < line.length; i += 2) path.lineTo(line[i]!, line[i + 1]!);
    path.closePath();
  }
  return path;
}
