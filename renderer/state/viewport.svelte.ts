import type { Bounds, Extent, PointIn } from '#common/geometry.ts';
import { fitView, heldInSight, nextScale, showPart, toImage, zoomAround } from '../canvas/view.ts';
import type { Screen, View } from '../canvas/view.ts';

/** What of the picture is seen, and how large. Never part of the document. */
export class ViewportState {
  screen = $state.raw<Screen>({ width: 1, height: 1, density: 1 });
  picture = $state.raw<Extent>({ width: 1, height: 1 });
  view = $state.raw<View>({ zoom: 1, x: 0, y: 0 });
  /** Whether all of the picture is to stay in sight when the window changes. */
  isFitted = $state(true);

  /** Screen pixels per pixel of the picture: 1 is 100 %. */
  scale = $derived(this.view.zoom * this.screen.density);
  percent = $derived(roundedPercent(this.scale * 100));

  /** Another size of the canvas element, or another screen. */
  setScreen(screen: Screen): void {
    const before = this.screen;
    if (before.width === screen.width && before.height === screen.height && before.density === screen.density) return;
    this.screen = screen;
    if (this.isFitted) this.fit();
    else {
      const { zoom, x, y } = this.view;
      const moved = { zoom, x: x + (screen.width - before.width) / 2, y: y + (screen.height - before.height) / 2 };
      this.view = heldInSight(moved, this.picture, screen);
    }
  }

  /** Another picture is shown whole; one of the same size is shown as the last was. */
  setPicture({ width, height }: Extent): void {
    if (width === this.picture.width && height === this.picture.height) return;
    this.picture = { width, height };
    this.fit();
  }

  fit(): void {
    this.isFitted = true;
    this.view = fitView(this.picture, this.screen);
  }

  /** @param part image space */
  show(part: Bounds): void {
    this.#set(showPart(part, this.screen));
  }

  /** @param scale screen pixels per pixel of the picture @param around stays where it is; left out: the middle */
  zoomTo(scale: number, around: PointIn<'screen'> = this.middle): void {
    this.#set(zoomAround(this.view, scale / this.screen.density, around, this.picture, this.screen));
  }

  zoomBy(factor: number, around: PointIn<'screen'> = this.middle): void {
    this.zoomTo(this.scale * factor, around);
  }

  zoomStep(direction: 'in' | 'out', around: PointIn<'screen'> = this.middle): void {
    this.zoomTo(nextScale(this.scale, direction), around);
  }

  /** @param x @param y CSS px */
  panBy(x: number, y: number): void {
    const { view } = this;
    this.#set(heldInSight({ zoom: view.zoom, x: view.x + x, y: view.y + y }, this.picture, this.screen));
  }

  get middle(): PointIn<'screen'> {
    return { x: this.screen.width / 2, y: this.screen.height / 2 };
  }

  toImage(point: PointIn<'screen'>): PointIn<'image'> {
    return toImage(this.view, point);
  }

  #set(view: View): void {
    this.isFitted = false;
    this.view = view;
  }
}

/** As many digits as say something. */
const roundedPercent = (percent: number): number =>
  percent < 10 ? Math.round(percent * 10) / 10 : Math.round(percent);
