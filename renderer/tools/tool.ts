import type { Bounds, Extent, Point, PointIn } from '#common/geometry.ts';
import type { Selection } from '#common/raster/selection.ts';
import type { StrokePoint } from '#common/raster/shapes.ts';
import type { View } from '../canvas/view.ts';
import type { Compositor } from '../compositor/compositor.ts';
import type { SelectionState } from '../state/selection.svelte.ts';
import type { ViewportState } from '../state/viewport.svelte.ts';
import type { ToolSettings } from './settings.svelte.ts';

/** Where a pointer is, and how hard it presses. */
export interface ToolPoint {
  readonly screen: PointIn<'screen'>;
  readonly image: PointIn<'image'>;
  readonly pressure: number; // 0 to 1; a mouse presses with 0.5
  readonly isEraser?: boolean; // the other end of a pen
}

/** What is held down while a pointer moves. */
export interface Held {
  readonly shift: boolean;
  readonly alt: boolean;
  readonly mod: boolean; // Ctrl, on a Mac Cmd
}

/** A stroke under way on a layer or its mask. */
export interface LayerStroke {
  /** Goes on from where it ended. @param points image space, at least one */
  line(points: readonly StrokePoint[]): void;
  end(): void;
  cancel(): void;
}

/** Laying on the colour or taking away, with a brush, or laying it on everywhere. */
export type PaintKind = 'paint' | 'erase' | 'fill';

/** The layer that is painted on. */
export interface PaintedLayer {
  /** Where it lies, image space; null where none can be painted on. */
  readonly bounds: Bounds | null;
  /** Undefined where it cannot be painted on; then the person has been told why. */
  begin(does: PaintKind): LayerStroke | undefined;
}

/** Layers on their way over the canvas. */
export interface LayerCarry {
  /** @param by from where they were, px of the picture @param exactly along which axes nothing may be rounded to what is quick to draw */
  to(by: Point, exactly?: readonly ('x' | 'y')[]): void;
  end(): Promise<void>;
  cancel(): void;
}

/** The layers that are moved. */
export interface MovedLayers {
  readonly bounds: readonly Bounds[]; // image space, where they are seen
  readonly others: readonly Bounds[]; // of the layers that are seen and stay
  /** Undefined where they cannot be moved; then the person has been told why. */
  begin(what: 'layers' | 'copies'): LayerCarry | undefined;
  nudge(by: Point): void;
  /** Chooses the topmost layer that shows something at a point, alone or with those that are chosen. @returns whether there is one */
  chooseAt(at: PointIn<'image'>, how: 'alone' | 'toggle'): Promise<boolean>;
}

/** What a tool works on. */
export interface ToolContext {
  readonly viewport: ViewportState;
  readonly selection: SelectionState;
  readonly settings: ToolSettings;
  readonly picture: Extent;
  readonly compositor: Compositor;
  /** Draws the overlay anew. */
  redraw(): void;
  /** Runs what may fail, and shows how it failed. */
  attempt(action: () => Promise<void>): void;
  /** Cuts the canvas to a part of itself. */
  crop(bounds: Bounds): void;
  /** Hands on a colour that was picked, as `#rrggbb`. */
  pickColour(colour: string): void;
  readonly layers: PaintedLayer;
  readonly moving: MovedLayers;
  /** What lies at a point. */
  segmentAt(at: PointIn<'image'>): Promise<Selection>;
}

/** What a pointer does on the picture. Holds the gesture that is under way and no elements. */
export interface Tool {
  /** CSS cursor over the picture. @param held left out: nothing */
  cursor(at: ToolPoint | undefined, held?: Pick<Held, 'alt'>): string;
  press?(at: ToolPoint, held: Held): void;
  /** @param points since the last call, the newest last; never empty */
  drag?(points: readonly ToolPoint[], held: Held): void;
  release?(at: ToolPoint, held: Held): void;
  /** Moves what a drag draws, while the space bar is held. @returns whether it draws anything that can be moved */
  carry?(from: ToolPoint, to: ToolPoint): boolean;
  hover?(at: ToolPoint | undefined): void; // undefined: the pointer left
  doublePress?(at: ToolPoint, held: Held): void;
  /** Ends what is under way as if it had not begun. @returns whether something was */
  cancel?(): boolean;
  /** @param key as in KeyboardEvent.key @returns whether it meant something */
  key?(key: string, held: Held): boolean;
  /** Draws over the picture, in CSS px. */
  paint?(context: CanvasRenderingContext2D, view: View): void;
  activate?(): void;
  deactivate?(): void;
}
