import type { Tool, ToolContext, ToolPoint } from './tool.ts';

/** Shows the picture before the edit beside the one after it: a press moves the line between the two, or shows the one before for as
 * long as it lasts. */
export function compareTool({ settings, viewport, picture, redraw }: ToolContext): Tool {
  const moveLine = ({ image }: ToolPoint): void => {
    settings.comparePosition = Math.min(1, Math.max(0, image.x / picture.width));
  };
  const hold = (isHeld: boolean): void => {
    settings.isBeforeHeld = isHeld;
  };
  return {
    cursor: () =>
      settings.compareMode === 'slider' ? 'ew-resize' : settings.compareMode === 'split' ? 'grab' : 'pointer',
    press: (at) => (settings.compareMode === 'slider' ? moveLine(at) : hold(settings.compareMode === 'hold')),
    drag: (points) => {
      if (settings.compareMode === 'slider') moveLine(points.at(-1)!);
    },
    release: () => hold(false),
    cancel: () => {
      const wasHeld = settings.isBeforeHeld;
      hold(false);
      return wasHeld;
    },
    key: (key, { shift }) => {
      if (settings.compareMode !== 'slider' || (key !== 'ArrowLeft' && key !== 'ArrowRight')) return false;
      const step = (key === 'ArrowLeft' ? -1 : 1) * (shift ? 0.1 : 0.01);
      settings.comparePosition = Math.min(1, Math.max(0, settings.comparePosition + step));
      return true;
    },
    paint: (context, view) => {
      const { width, height } = viewport.screen;
      if (settings.compareMode === 'hold') return;
      const x =
        settings.compareMode === 'split' ? width / 2 : view.x + settings.comparePosition * picture.width * view.zoom;
      paintLine(context, Math.round(x), height, settings.compareMode === 'slider');
    },
    activate: redraw,
    deactivate: () => hold(false),
  };
}

function paintLine(context: CanvasRenderingContext2D, x: number, height: number, hasKnob: boolean): void {
  context.fillStyle = 'rgb(0 0 0 / 55%)';
  context.fillRect(x - 2, 0, 4, height);
  context.fillStyle = '#ffffff';
  context.fillRect(x - 1, 0, 2, height);
  if (!hasKnob) return;
  context.beginPath();
  context.arc(x, height / 2, 14, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = 'rgb(0 0 0 / 70%)';
  context.lineWidth = 1.5;
  context.stroke();
  context.beginPath();
  for (const side of [-1, 1]) {
    context.moveTo(x + side * 4, height / 2 - 4);
    context.lineTo(x + side * 8, height / 2);
    context.lineTo(x + side * 4, height / 2 + 4);
  }
  context.stroke();
}
