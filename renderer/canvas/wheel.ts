/** What turning a wheel, or two fingers on a touchpad, means. */
export type WheelMeaning =
  { readonly kind: 'zoom'; readonly factor: number } | { readonly kind: 'pan'; readonly x: number; readonly y: number }; // CSS px

interface Wheel {
  readonly deltaX: number;
  readonly deltaY: number;
  readonly deltaMode: number; // 0 pixels, 1 lines, 2 pages
  readonly ctrlKey: boolean; // browsers say so for a pinch too
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly wheelDeltaY?: number; // what all browsers but Firefox add: 120 for each notch of a mouse wheel
}

const unitPixels = [1, 16, 400]; // of each delta mode

/** A mouse wheel zooms, with Shift it moves sideways; a touchpad moves, its pinch zooms. Ctrl or Cmd always zooms. */
export function wheelMeaning(event: Wheel): WheelMeaning {
  const unit = unitPixels[event.deltaMode] ?? 1;
  const [x, y] = [event.deltaX * unit, event.deltaY * unit];
  if (event.ctrlKey || event.metaKey) return { kind: 'zoom', factor: zoomFactor(y, isNotch(event) ? 1 : 5) };
  if (event.shiftKey && isNotch(event)) return { kind: 'pan', x: -(x || y), y: 0 };
  if (isNotch(event)) return { kind: 'zoom', factor: zoomFactor(y, 1) };
  return { kind: 'pan', x: -x, y: -y };
}

/** A mouse wheel turns by notches; a touchpad moves by single pixels, and sideways too. */
function isNotch({ deltaX, deltaY, deltaMode, wheelDeltaY, shiftKey }: Wheel): boolean {
  if (deltaMode !== 0) return true;
  if (shiftKey && deltaY === 0) return Math.abs(deltaX) >= 100; // some systems turn the wheel sideways themselves
  if (deltaX !== 0 || deltaY === 0) return false;
  return wheelDeltaY === undefined ? Math.abs(deltaY) >= 50 : wheelDeltaY % 120 === 0;
}

const zoomFactor = (pixels: number, strength: number): number =>
  Math.exp(-Math.max(-300, Math.min(300, pixels * strength)) / 500);
