import type { Extent, Point, PointIn } from '#common/geometry.ts';
import { toScreen } from '../canvas/view.ts';
import type { View } from '../canvas/view.ts';
import type { ViewportState } from '../state/viewport.svelte.ts';
import { nudgeOf } from './nudge.ts';
import { outline } from './overlay.ts';
import type { Held, Tool, ToolPoint } from './tool.ts';

interface PointerContext {
  readonly viewport: ViewportState;
  /** What is pointed at, image space from 0, 0. */
  size(): Extent;
  tool(): Tool;
  redraw(): void;
}

const keptFree = 32; // CSS px between the pointer and the edge of what is seen
const arm = 9; // CSS px of the cross

/** A pointer for the keyboard: arrow keys move it by a pixel, with Shift by ten; Enter presses and lets go, so that between two of them
 * whatever tool is in hand draws along its way. */
export class KeyboardPointer {
  /** Middle of a pixel; undefined while it is not in use. */
  at = $state.raw<PointIn<'image'>>();
  isDown = $state(false);
  readonly #context: PointerContext;
  #pressed: Tool | undefined; // what draws until it is let go

  constructor(context: PointerContext) {
    this.#context = context;
  }

  /** @param key as in KeyboardEvent.key @returns whether it meant something */
  key(key: string, held: Held): boolean {
    const by = nudgeOf(key, held);
    if (by) this.#move(by, held);
    else if (key === 'Enter') this.#press(held);
    else return false;
    return true;
  }

  /** Leaves the keyboard's place for the mouse; a line under way ends where it is. */
  leave(): void {
    if (this.isDown) this.#lift(noKeys);
    if (this.at) this.#set(undefined);
  }

  /** Gives up what was begun, by the keyboard or not. @returns whether something was */
  cancel(): boolean {
    const wasDrawing = this.drop();
    return this.#context.tool().cancel?.() === true || wasDrawing;
  }

  /** Gives up what is drawn by the keyboard: another tool is taken. @returns whether something was */
  drop(): boolean {
    const tool = this.#pressed;
    this.#pressed = undefined;
    this.isDown = false;
    tool?.cancel?.();
    return tool !== undefined;
  }

  /** A cross, in CSS px; bolder while it is pressed. */
  paint(context: CanvasRenderingContext2D, view: View): void {
    if (!this.at) return;
    const { x, y } = toScreen(view, this.at);
    const path = new Path2D();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      path.moveTo(x + dx * 3, y + dy * 3);
      path.lineTo(x + dx * arm, y + dy * arm);
    }
    if (this.isDown) path.arc(x, y, arm, 0, 2 * Math.PI);
    outline(context, path);
  }

  #move(by: Point, held: Held): void {
    const { width, height } = this.#context.size();
    const from = this.at;
    const within = (place: number, length: number): number => Math.min(length - 0.5, Math.max(0.5, place));
    // the first key only shows where it is: in the middle
    this.#set({
      x: from ? within(from.x + by.x, width) : Math.floor(width / 2) + 0.5,
      y: from ? within(from.y + by.y, height) : Math.floor(height / 2) + 0.5,
    });
    this.#keepInSight();
    const point = this.#point();
    if (this.#pressed)
      this.#pressed.drag?.([point], { ...held, shift: false }); // Shift was for the longer step
    else this.#context.tool().hover?.(point);
  }

  #press(held: Held): void {
    if (!this.at) return this.#move({ x: 0, y: 0 }, held);
    if (this.isDown) return this.#lift(held);
    const tool = this.#context.tool();
    tool.press?.(this.#point(), held);
    if (tool.release) [this.#pressed, this.isDown] = [tool, true]; // others are done with it
    this.#context.redraw();
  }

  #lift(held: Held): void {
    const tool = this.#pressed;
    this.#pressed = undefined;
    this.isDown = false;
    tool?.release?.(this.#point(), held);
    this.#context.redraw();
  }

  #keepInSight(): void {
    const { viewport } = this.#context;
    const { x, y } = toScreen(viewport.view, this.at!);
    const beyond = (place: number, length: number): number =>
      Math.max(0, keptFree - place) + Math.min(0, length - keptFree - place);
    const [dx, dy] = [beyond(x, viewport.screen.width), beyond(y, viewport.screen.height)];
    if (dx !== 0 || dy !== 0) viewport.panBy(dx, dy);
  }

  #point(): ToolPoint {
    const image = this.at!;
    return { image, screen: toScreen(this.#context.viewport.view, image), pressure: 0.5 };
  }

  #set(at: PointIn<'image'> | undefined): void {
    this.at = at;
    this.#context.redraw();
  }
}

const noKeys: Held = { shift: false, alt: false, mod: false };
