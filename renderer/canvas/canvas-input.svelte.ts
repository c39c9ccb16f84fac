import type { ViewportState } from '../state/viewport.svelte.ts';
import type { Held, Tool, ToolPoint } from '../tools/tool.ts';
import { PointerInput } from './pointer-input.ts';

interface CanvasInputContext {
  readonly viewport: ViewportState;
  readonly isMac: boolean;
  tool(): Tool;
  /** A key that is no command, while the canvas or nothing at all has the keyboard. @returns whether it meant something */
  onKey(event: KeyboardEvent, held: Held): boolean;
  onPointer?(at: ToolPoint | undefined): void;
  /** How many pictures share the width side by side; left out: one. */
  share?(): number;
}

/** What a canvas for a picture and one for a map have in common: they measure themselves, hand gestures and keys to the tool, and the space
 * bar makes every tool the hand. */
export class CanvasInput {
  isSpaceHeld = $state(false);
  isDragging = $state(false);
  isAltHeld = $state(false);
  readonly #context: CanvasInputContext;
  #frame: HTMLElement | undefined;

  constructor(context: CanvasInputContext) {
    this.#context = context;
  }

  /** CSS cursor. @param at where the pointer is, as far as the tool asks for it */
  cursor(at: ToolPoint | undefined): string {
    if (this.isDragging) return 'grabbing';
    return this.isSpaceHeld ? 'grab' : this.#context.tool().cursor(at, { alt: this.isAltHeld });
  }

  /** @param frame whose size is the screen's @param surface what gestures begin on @returns how to stop */
  attach(frame: HTMLElement, surface: HTMLElement): () => void {
    this.#frame = frame;
    const { viewport, isMac, tool } = this.#context;
    const end = new AbortController();
    const { signal } = end;
    const observer = new ResizeObserver(() => this.measure());
    observer.observe(frame);
    const onPointer = (at: ToolPoint | undefined, isDragging: boolean): void => {
      this.isDragging = isDragging;
      this.#context.onPointer?.(at);
    };
    new PointerInput(surface, { viewport, isMac, tool, isPanning: () => this.isSpaceHeld, onPointer }, signal);
    addEventListener('keydown', (event) => this.#key(event, surface), { signal });
    addEventListener('keyup', ({ key }) => key === ' ' && (this.isSpaceHeld = false), { signal });
    for (const type of ['keydown', 'keyup', 'pointermove'] as const)
      addEventListener(type, ({ altKey }) => (this.isAltHeld = altKey), { signal }); // it may be let go in another window
    addEventListener('blur', () => (this.isSpaceHeld = this.isAltHeld = false), { signal });
    return () => {
      end.abort();
      observer.disconnect();
    };
  }

  measure(): void {
    const frame = this.#frame;
    if (!frame) return;
    const width = frame.clientWidth / (this.#context.share?.() ?? 1);
    this.#context.viewport.setScreen({ width, height: frame.clientHeight, density: devicePixelRatio });
  }

  #key(event: KeyboardEvent, surface: HTMLElement): void {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.target !== surface && event.target !== document.body) return; // a button or a field has the keyboard
    const { shiftKey: shift, altKey: alt, ctrlKey, metaKey } = event;
    if (event.key === ' ') this.isSpaceHeld = true;
    else if (!this.#context.onKey(event, { shift, alt, mod: this.#context.isMac ? metaKey : ctrlKey })) return;
    event.preventDefault();
  }
}
