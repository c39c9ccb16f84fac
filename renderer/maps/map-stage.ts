import { boundsOf } from '#common/geometry.ts';
import type { Bounds } from '#common/geometry.ts';
import type { ConditionMap } from '#common/maps/condition-map.ts';
import { BandOverlay } from '../canvas/band-overlay.ts';
import type { DrawnBand } from '../canvas/band-overlay.ts';
import type { Screen, View } from '../canvas/view.ts';
import { mapForScreen } from './map-look.ts';
import type { LookOptions } from './map-look.ts';

/** What is to be seen of a map and the pictures around it. */
export interface MapScene {
  readonly view: View; // of one pane
  readonly screen: Screen; // the same
  readonly isBeside: boolean; // the picture in a pane of its own, on the left
  readonly place: Bounds; // of the canvas of the document, in pixels of the map
  readonly canvas: Bounds; // of the document, where the rows of an edit lie; document space
  readonly picture: ImageBitmap | undefined; // of the canvas
  readonly map: ConditionMap | undefined;
  readonly painted: ImageBitmap | undefined; // of the canvas; takes the map's place
  readonly opacity: number; // of the map
  readonly options: LookOptions;
  overlay(context: CanvasRenderingContext2D): void; // CSS px of the map's pane
}

/** Draws a map into a canvas element, at most once per frame. The map's own pixels are kept on a canvas of their own, made anew only
 * when they changed. */
export class MapStage {
  readonly #canvas: HTMLCanvasElement;
  readonly #scene: () => MapScene;
  #mapPixels: OffscreenCanvas | undefined;
  #isMapStale = true;
  readonly #bands = new BandOverlay();
  #frame: number | undefined;

  constructor(canvas: HTMLCanvasElement, scene: () => MapScene) {
    this.#canvas = canvas;
    this.#scene = scene;
  }

  redraw(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#paint();
    });
  }

  /** The map has other pixels, or is shown in another way. */
  redrawMap(): void {
    this.#isMapStale = true;
    this.redraw();
  }

  addBand(band: DrawnBand): void {
    this.#bands.add(band);
    this.redraw();
  }

  clearBands(): void {
    this.#bands.clear();
    this.redraw();
  }

  dispose(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  #paint(): void {
    const scene = this.#scene();
    const { screen, view, isBeside, place, map, picture, painted } = scene;
    const { density } = screen;
    const panes = isBeside ? 2 : 1;
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    this.#canvas.width = Math.max(1, Math.round(screen.width * panes * density));
    this.#canvas.height = Math.max(1, Math.round(screen.height * density));
    const draw = (image: CanvasImageSource, { x, y, width, height }: Bounds): void =>
      context.drawImage(image, view.x + x * view.zoom, view.y + y * view.zoom, width * view.zoom, height * view.zoom);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.imageSmoothingEnabled = view.zoom * density < 2;
    if (picture) draw(picture, place);
    if (isBeside) context.translate(screen.width, 0);
    if (painted) draw(painted, place);
    else if (map) this.#paintMap(context, scene, map, draw);
    this.#paintBands(context, scene, panes - 1);
    context.imageSmoothingEnabled = true;
    scene.overlay(context);
  }

  /** @param pane in which, from the left */
  #paintBands(context: CanvasRenderingContext2D, { view, screen, place, canvas }: MapScene, pane: number): void {
    const { zoom } = view;
    const onPane = { zoom, x: view.x + place.x * zoom + pane * screen.width, y: view.y + place.y * zoom };
    const edge = getComputedStyle(this.#canvas).getPropertyValue('--accent').trim();
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    this.#bands.paint(context, onPane, screen.density, edge, canvas);
    context.restore();
  }

  #paintMap(
    context: CanvasRenderingContext2D,
    { opacity, options }: MapScene,
    map: ConditionMap,
    draw: (image: CanvasImageSource, at: Bounds) => void,
  ): void {
    if (this.#isMapStale || this.#mapPixels?.width !== map.width || this.#mapPixels.height !== map.height) {
      this.#isMapStale = false;
      this.#mapPixels = new OffscreenCanvas(map.width, map.height);
      this.#mapPixels.getContext('2d')?.putImageData(mapForScreen(map, options), 0, 0);
    }
    context.globalAlpha = opacity;
    draw(this.#mapPixels, boundsOf(map));
    context.globalAlpha = 1;
  }
}
