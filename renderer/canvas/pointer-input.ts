import type { PointIn } from '#common/geometry.ts';
import type { ViewportState } from '../state/viewport.svelte.ts';
import type { Held, Tool, ToolPoint } from '../tools/tool.ts';
import { wheelMeaning } from './wheel.ts';

export interface InputContext {
  readonly viewport: ViewportState;
  readonly isMac: boolean;
  tool(): Tool;
  /** Whether the space bar turns every tool into the hand. */
  isPanning(): boolean;
  /** Where the pointer is now, and whether it is dragging the picture; undefined: not over the picture. */
  onPointer(at: ToolPoint | undefined, isDragging: boolean): void;
}

type Gesture = 'none' | 'tool' | 'pan' | 'pinch';

const eraserButton = 5; // the other end of a pen
const eraserButtons = 32;

/** Turns what mice, pens, fingers and wheels do on an element into gestures: one pointer is the tool's; the middle button, the space bar
 * or a second finger move the picture, two fingers zoom too. While the tool draws, the space bar carries what it draws, and Escape gives it
 * up before it means anything else. */
export class PointerInput {
  readonly #element: HTMLElement;
  readonly #context: InputContext;
  readonly #pointers = new Map<number, PointIn<'screen'>>();
  #gesture: Gesture = 'none';
  #last: ToolPoint | undefined; // of the gesture

  /** @param signal ends it */
  constructor(element: HTMLElement, context: InputContext, signal: AbortSignal) {
    this.#element = element;
    this.#context = context;
    const on = <Type extends keyof HTMLElementEventMap>(type: Type, act: (event: HTMLElementEventMap[Type]) => void) =>
      element.addEventListener(type, act, { signal, passive: false });
    on('pointerdown', (event) => this.#press(event));
    on('pointermove', (event) => this.#move(event));
    on('pointerup', (event) => this.#release(event));
    on('pointercancel', (event) => this.#abort(event));
    on('pointerleave', () => {
      if (this.#gesture === 'none') this.#hover(undefined);
    });
    on('dblclick', (event) => {
      if (this.#gesture === 'none') context.tool().doublePress?.(this.#point(event), this.#held(event));
    });
    on('wheel', (event) => this.#wheel(event));
    on('contextmenu', (event) => event.preventDefault());
    addEventListener('keydown', (event) => this.#giveUp(event), { signal, capture: true });
  }

  #press(event: PointerEvent): void {
    event.preventDefault(); // or the middle button would start scrolling
    this.#element.focus({ preventScroll: true });
    this.#element.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, this.#screen(event));
    if (this.#pointers.size === 2) this.#beginPinch();
    if (this.#gesture !== 'none') return;
    const isHand = event.button === 1 || this.#context.isPanning();
    if (!isHand && event.button !== 0 && event.button !== eraserButton) return;
    this.#gesture = isHand ? 'pan' : 'tool';
    const at = (this.#last = this.#point(event));
    if (!isHand) this.#context.tool().press?.(at, this.#held(event));
    this.#context.onPointer(at, isHand);
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return this.#gesture === 'none' ? this.#hover(this.#point(event)) : undefined;
    const now = this.#screen(event);
    if (this.#gesture === 'pinch') this.#pinch(event.pointerId, now);
    this.#pointers.set(event.pointerId, now);
    if (this.#gesture === 'pan') this.#context.viewport.panBy(now.x - before.x, now.y - before.y);
    if (this.#gesture === 'tool') this.#drag(event);
    this.#context.onPointer(this.#point(event), this.#gesture === 'pan');
  }

  #drag(event: PointerEvent): void {
    const tool = this.#context.tool();
    const at = this.#point(event);
    const isCarried = this.#context.isPanning() && this.#last !== undefined && tool.carry?.(this.#last, at);
    if (!isCarried) tool.drag?.(this.#points(event), this.#held(event));
    this.#last = at;
  }

  #giveUp(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || this.#gesture !== 'tool') return;
    this.#gesture = 'none';
    if (!this.#context.tool().cancel?.()) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #release(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    if (this.#gesture === 'tool') this.#context.tool().release?.(this.#point(event), this.#held(event));
    if (this.#gesture !== 'pinch' || this.#pointers.size === 0) this.#gesture = 'none';
    this.#context.onPointer(this.#point(event), false);
  }

  #abort(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    if (this.#gesture === 'tool') this.#context.tool().cancel?.();
    if (this.#pointers.size === 0) this.#gesture = 'none';
  }

  #hover(at: ToolPoint | undefined): void {
    this.#context.tool().hover?.(at);
    this.#context.onPointer(at, false);
  }

  #beginPinch(): void {
    if (this.#gesture === 'tool') this.#context.tool().cancel?.();
    this.#gesture = 'pinch';
  }

  #pinch(moved: number, now: PointIn<'screen'>): void {
    const before = this.#pointers.get(moved)!;
    const other = [...this.#pointers].find(([id]) => id !== moved)?.[1];
    if (!other) return;
    const [from, to] = [middle(before, other), middle(now, other)];
    const factor = distance(now, other) / Math.max(1, distance(before, other));
    this.#context.viewport.panBy(to.x - from.x, to.y - from.y);
    this.#context.viewport.zoomBy(factor, to);
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const meaning = wheelMeaning(event as WheelEvent & { wheelDeltaY?: number });
    if (meaning.kind === 'zoom') this.#context.viewport.zoomBy(meaning.factor, this.#screen(event));
    else this.#context.viewport.panBy(meaning.x, meaning.y);
    if (this.#gesture === 'none') this.#context.onPointer(this.#point(event), false);
  }

  /** All places since the last event: a pen reports more of them than there are frames. */
  #points(event: PointerEvent): ToolPoint[] {
    const events = event.getCoalescedEvents?.() ?? [];
    return (events.length > 0 ? events : [event]).map((each) => this.#point(each));
  }

  #point(event: MouseEvent): ToolPoint {
    const screen = this.#screen(event);
    const isPen = event instanceof PointerEvent && event.pointerType === 'pen';
    const isEraser = isPen && (event.button === eraserButton || (event.buttons & eraserButtons) > 0);
    const place = { screen, image: this.#context.viewport.toImage(screen), pressure: isPen ? event.pressure : 0.5 };
    return isEraser ? { ...place, isEraser } : place;
  }

  #screen(event: MouseEvent): PointIn<'screen'> {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  #held({ shiftKey: shift, altKey: alt, ctrlKey, metaKey }: MouseEvent): Held {
    return { shift, alt, mod: this.#context.isMac ? metaKey : ctrlKey };
  }
}

const middle = (a: PointIn<'screen'>, b: PointIn<'screen'>): PointIn<'screen'> => ({
  x: (a.x + b.x) / 2,
  y: (a.y + b.y) / 2,
});
const distance = (a: PointIn<'screen'>, b: PointIn<'screen'>): number => Math.hypot(a.x - b.x, a.y - b.y);
