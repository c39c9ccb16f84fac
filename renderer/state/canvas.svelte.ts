import type { Bounds } from '#common/geometry.ts';
import type { ScreenColours } from '#common/raster/screen-colours.ts';
import type { Compositor } from '../compositor/compositor.ts';
import { t } from '../i18n/i18n.svelte.ts';
import { ToolSettings } from '../tools/settings.svelte.ts';
import type { ToolId } from '../tools/settings.svelte.ts';
import type { Tool, ToolPoint } from '../tools/tool.ts';
import { SelectionState } from './selection.svelte.ts';
import { ViewportState } from './viewport.svelte.ts';

const firstColours = { colour: '#000000', otherColour: '#ffffff' } as const;
const noPicture = { width: 1, height: 1 };

/** Everything about the canvas that is not part of the document. */
export class CanvasState {
  readonly viewport = new ViewportState();
  readonly selection = new SelectionState();
  readonly tools = new ToolSettings();
  /** The tool in hand while a picture is open. */
  tool = $state.raw<Tool>();
  /** What blends the picture that is seen; undefined while none is. */
  compositor = $state.raw<Compositor>();
  /** How the samples of the document become those of the screen; undefined: they are sRGB, or taken for it. */
  screenColours = $state.raw<ScreenColours>();
  /** Where the pointer is over the canvas; undefined: elsewhere. */
  pointer = $state.raw<ToolPoint>();
  /** The colour to paint with, which is also the one picked last, as `#rrggbb`. */
  colour = $state<string>(firstColours.colour);
  /** The one that it is swapped with. */
  otherColour = $state<string>(firstColours.otherColour);
  /** Cuts the picture to a part of itself; left out where that cannot be done. */
  onCrop = $state.raw<(bounds: Bounds) => void>();

  /** The picture was closed: of the next one nothing is selected and all is shown, even if it is of the same size. */
  forgetPicture(): void {
    this.viewport.setPicture(noPicture);
    this.selection.setPicture(noPicture);
    this.selection.forget();
  }

  /** @throws Error while no picture is seen */
  requireCompositor(): Compositor {
    if (!this.compositor) throw new Error(t('canvas.notShown'));
    return this.compositor;
  }

  swapColours(): void {
    [this.colour, this.otherColour] = [this.otherColour, this.colour];
  }

  resetColours(): void {
    Object.assign(this, firstColours);
  }

  isUsable(id: ToolId): boolean {
    return id !== 'crop' || this.onCrop !== undefined;
  }
}
