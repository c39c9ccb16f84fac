import type { MapToolId } from '../../state/map-settings.svelte.ts';
import type { Tool } from '../tool.ts';
import type { MapToolContext } from './context.ts';
import { drawingTool } from './drawing.ts';
import { pointingTool } from './pointing.ts';
import { strokeTool } from './stroke.ts';

/** The tool of a name. */
export function mapTool(id: MapToolId, context: MapToolContext): Tool {
  switch (id) {
    case 'pencil':
    case 'eraser':
    case 'lighten':
    case 'darken':
    case 'smooth':
    case 'class':
      return strokeTool(id, context);
    case 'line':
    case 'curve':
    case 'linear':
    case 'radial':
      return drawingTool(id, context);
    case 'fill':
    case 'region':
    case 'replace':
    case 'pick':
      return pointingTool(id, context);
  }
}
