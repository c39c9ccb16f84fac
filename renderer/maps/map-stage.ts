import type { ConditionMap } from '#common/maps/condition-map.ts';
import type { Screen, View } from '../canvas/view.ts';
import type { MapBand } from '../state/map-painting.svelte.ts';
import { mapForScreen } from './map-look.ts';
import type { LookOptions } from './map-look.ts';

/** What is to be seen of a map and the pictures around it. */
export interface MapScene {
  readonly view: View; // of one pane
  readonly screen: Screen; // the same
  readonly isBeside: boolean; // the picture in a pane of its own, on the left
  readonly picture: ImageBitmap | undefined;
  readonly map: ConditionMap | undefined;
  readonly painted: ImageBitmap | undefined; // takes the map's place
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
  #bands: readonly MapBand[] = [];
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

  addBand(band: MapBand): void {
    this.#bands = [...this.#bands, band];
    this.redraw();
  }

  clearBands(): void {
    for (const { bitmap } of this.#bands) bitmap.close();
    this.#bands = [];
    this.redraw();
  }

  dispose(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.clearBands();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  #paint(): void {
    const scene = this.#scene();
    const { screen, view, isBeside, map, picture, painted } = scene;
    const { density } = screen;
    const panes = isBeside ? 2 : 1;
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    this.#canvas.width = Math.max(1, Math.round(screen.width * panes * density));
    this.#canvas.height = Math.max(1, Math.round(screen.height * density));
    const size = painted ?? map ?? picture;
    if (!size) return;
    const [width, height] = [size.width * view.zoom, size.height * view.zoom];
    const draw = (image: CanvasImageSource): void => context.drawImage(image, view.x, view.y, width, height);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.imageSmoothingEnabled = view.zoom * density < 2;
    if (picture) draw(picture);
    if (isBeside) context.translate(screen.width, 0);
    if (painted) draw(painted);
    else if (map) this.#paintMap(context, scene, map, draw);
    for (const { bitmap, top, height: share } of this.#bands)
      context.drawImage(bitmap, view.x, view.y + top * height, width, share * height);
    context.imageSmoothingEnabled = true;
    scene.overlay(context);
  }

  #paintMap(
    context: CanvasRenderingContext2D,
    { opacity, options }: MapScene,
    map: ConditionMap,
    draw: (image: CanvasImageSource) => void,
  ): void {
    if (this.#isMapStale || this.#mapPixels?.width !== map.width || this.#mapPixels.height !== map.height) {
      this.#isMapStale = false;
      this.#mapPixels = new OffscreenCanvas(map.width, map.height);
      this.#mapPixels.getContext('2d')?.putImageData(mapForScreen(map, options), 0, 0);
    }
    context.globalAlpha = opacity;
    draw(this.#mapPixels);
    context.globalAlpha = 1;
  }
}
