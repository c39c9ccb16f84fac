import type { Bounds } from '#common/geometry.ts';
import type { Compositor } from '../compositor/compositor.ts';
import type { EditBands } from './edit-bands.ts';
import { checkerPattern } from './checkers.ts';
import { paintPixelGrid } from './pixel-grid.ts';
import { hasSomething, isPainted, paintTiles, wantTiles } from './tile-painter.ts';
import type { Screen, View } from './view.ts';

/** One picture and the part of the screen it is drawn in. */
export interface Pane {
  readonly compositor: Compositor;
  readonly view: View;
  readonly part: Bounds; // CSS px
  readonly meanwhile?: Compositor; // drawn until all of it has been there once, so that nothing flashes
}

/** What is to be seen. */
export interface Scene {
  readonly view: View;
  readonly screen: Screen;
  readonly panes: readonly Pane[]; // drawn in this order
  readonly canvas: Bounds; // of the document, where the rows of an edit lie; document space
  readonly watched: number | undefined; // variant of the edit under way whose rows are seen
  /** Draws what lies over the picture, in CSS px. */
  overlay(context: CanvasRenderingContext2D): void;
}

interface Colours {
  readonly accent: string;
  readonly checkers: readonly [string, string];
}

/** Draws a scene into two canvas elements, the picture below and what moves over it above, at most once per frame. They are written
 * to and never read. */
export class CanvasStage {
  readonly #picture: HTMLCanvasElement;
  readonly #overlay: HTMLCanvasElement;
  readonly #bands: EditBands;
  readonly #scene: () => Scene;
  readonly #stale = { picture: false, overlay: false };
  #frame: number | undefined;
  #areBandsEnding = false;
  #watched: number | undefined; // the last, while bands end
  #isDisposed = false;
  readonly #complete = new WeakSet<Compositor>(); // pictures that were seen whole
  #checkers: { readonly key: string; readonly pattern: CanvasPattern | null } | undefined;

  constructor(picture: HTMLCanvasElement, overlay: HTMLCanvasElement, bands: EditBands, scene: () => Scene) {
    this.#picture = picture;
    this.#overlay = overlay;
    this.#bands = bands;
    this.#scene = scene;
  }

  redraw(): void {
    this.#stale.picture = true;
    this.redrawOverlay();
  }

  redrawOverlay(): void {
    if (this.#isDisposed) return;
    this.#stale.overlay = true;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#paint();
    });
  }

  /** The bands go away as soon as the picture that takes their place is drawn, so that nothing flashes in between. */
  endBands(): void {
    this.#areBandsEnding = true;
    this.redraw();
  }

  keepBands(): void {
    this.#areBandsEnding = false;
  }

  /** Nothing is drawn any more: what the scene is made of may be gone. */
  dispose(): void {
    this.#isDisposed = true;
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  #paint(): void {
    const scene = this.#scene();
    if (this.#stale.picture) this.#paintPicture(scene);
    if (this.#stale.overlay) this.#paintOverlay(scene);
    this.#stale.picture = this.#stale.overlay = false;
  }

  #paintPicture({ view, screen, panes, canvas, watched }: Scene): void {
    const context = prepared(this.#picture, screen);
    if (!context) return;
    const colours = coloursOf(this.#picture);
    const checkers = this.#pattern(context, screen.density, colours.checkers, view);
    for (const pane of panes) {
      wantTiles(pane.compositor, pane.view, screen);
      const shown = this.#shownIn(pane, screen);
      clipped(context, pane.part, screen.density, () => paintTiles(context, shown, pane.view, screen, checkers));
    }
    const [main] = panes;
    if (!main) return;
    if (this.#areBandsEnding && isPainted(main.compositor, view, screen)) {
      this.#bands.clear();
      this.#areBandsEnding = false;
    }
    if (!this.#areBandsEnding) this.#watched = watched;
    const rows = this.#watched === undefined ? undefined : this.#bands.of(this.#watched);
    rows?.paint(context, view, screen.density, colours.accent, canvas);
    if (main.compositor.stack) paintPixelGrid(context, main.compositor.stack.extent, view, screen);
  }

  /** Once complete, a picture that is out of date or coarse beats another one. */
  #shownIn({ compositor, meanwhile, view }: Pane, screen: Screen): Compositor {
    if (!meanwhile) return compositor;
    if (isPainted(compositor, view, screen)) this.#complete.add(compositor);
    else if (!hasSomething(compositor, view, screen)) this.#complete.delete(compositor);
    return this.#complete.has(compositor) ? compositor : meanwhile;
  }

  #paintOverlay({ screen, overlay }: Scene): void {
    const context = prepared(this.#overlay, screen);
    if (!context) return;
    context.setTransform(screen.density, 0, 0, screen.density, 0, 0);
    overlay(context);
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  /** Anchored to the picture, so that it moves along. */
  #pattern(context: CanvasRenderingContext2D, density: number, colours: readonly [string, string], view: View) {
    const key = `${density} ${colours.join(' ')}`;
    if (this.#checkers?.key !== key) this.#checkers = { key, pattern: checkerPattern(context, density, colours) };
    const { pattern } = this.#checkers;
    pattern?.setTransform(new DOMMatrix().translate(Math.round(view.x * density), Math.round(view.y * density)));
    return pattern;
  }
}

/** An empty canvas of the screen's own pixels. */
function prepared(canvas: HTMLCanvasElement, { width, height, density }: Screen): CanvasRenderingContext2D | null {
  const [columns, rows] = [Math.max(1, Math.round(width * density)), Math.max(1, Math.round(height * density))];
  const context = canvas.getContext('2d');
  if (canvas.width !== columns || canvas.height !== rows) [canvas.width, canvas.height] = [columns, rows];
  else context?.clearRect(0, 0, columns, rows);
  return context;
}

function clipped(context: CanvasRenderingContext2D, part: Bounds, density: number, paint: () => void): void {
  context.save();
  context.beginPath();
  context.rect(
    Math.round(part.x * density),
    Math.round(part.y * density),
    Math.round(part.width * density),
    Math.round(part.height * density),
  );
  context.clip();
  paint();
  context.restore();
}

function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const named = (name: string): string => style.getPropertyValue(name).trim();
  return { accent: named('--accent'), checkers: [named('--checker-1'), named('--checker-2')] };
}
