import { blendModes } from '#common/raster/blend.ts';
import type { BlendMode } from '#common/raster/blend.ts';
import type { Extent, Point } from '#common/geometry.ts';

// stack.xml of OpenRaster 0.0.6: an image of stacks of layers, the uppermost first.

/** A layer as OpenRaster knows it. */
export interface StackLayer {
  readonly name: string;
  readonly src: string; // a PNG in the archive
  readonly offset: Point; // on the canvas
  readonly opacity: number;
  readonly isVisible: boolean;
  readonly isLocked: boolean;
  readonly blend: BlendMode;
}

/** Layers from the bottom up. */
export interface LayerStack extends Extent {
  readonly layers: readonly StackLayer[];
}

export function stackXml({ width, height, layers }: LayerStack): string {
  const lines = layers.toReversed().map(({ name, src, offset, opacity, isVisible, isLocked, blend }) => {
    const attributes = {
      ...{ name, src, x: offset.x, y: offset.y, opacity, visibility: isVisible ? 'visible' : 'hidden' },
      ...{ 'composite-op': compositeOp(blend), ...(isLocked && { 'edit-locked': 'true' }) },
    };
    return `    <layer ${attributeText(attributes)}/>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<image version="0.0.6" w="${width}" h="${height}">`,
    '  <stack>',
    ...lines,
    '  </stack>',
    '</image>\n',
  ].join('\n');
}

const compositeOp = (blend: BlendMode): string => `svg:${blend === 'normal' ? 'src-over' : blend}`;

const attributeText = (attributes: Readonly<Record<string, string | number>>): string =>
  Object.entries(attributes)
    .map(([name, value]) => `${name}="${escaped(String(value))}"`)
    .join(' ');

const escaped = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\ufffe\uffff]/gu, (character) => (/[\n\t\r]/.test(character) ? character : '')) // XML allows no others
    .replaceAll(/[&<>"\n\t\r]/g, (character) => `&#${character.charCodeAt(0)};`);

/** Reads such a file, of whichever program. Groups are dissolved: their visibility, opacity and offset go to their layers.
 * @returns what is lost as sentences. @throws Error in words when it is no stack */
export function readStackXml(xml: string): LayerStack & { readonly notices: string[] } {
  const layers: StackLayer[] = [];
  const notices = new Set<string>();
  const groups: Group[] = [];
  let size: Extent | undefined;
  for (const { name, attributes, isClosing, isEmpty } of tags(xml)) {
    if (name === 'image' && !isClosing) size = { width: whole(attributes.w), height: whole(attributes.h) };
    if (name === 'stack' && isClosing) groups.pop();
    else if (name === 'stack' && !isEmpty) groups.push(groupOf(attributes, groups.at(-1)));
    if (name === 'layer' && !isClosing) layers.push(layerOf(attributes, groups.at(-1), notices));
  }
  if (groups.length > 0 || !size || size.width < 1 || size.height < 1) throw new Error('its list of layers is damaged');
  return { ...size, layers: layers.toReversed(), notices: [...notices] };
}

interface Group {
  readonly offset: Point;
  readonly opacity: number;
  readonly isVisible: boolean;
}

type Attributes = Readonly<Record<string, string | undefined>>;

function groupOf({ x, y, opacity, visibility }: Attributes, outer?: Group): Group {
  return {
    offset: { x: whole(x) + (outer?.offset.x ?? 0), y: whole(y) + (outer?.offset.y ?? 0) },
    opacity: unit(opacity) * (outer?.opacity ?? 1),
    isVisible: visibility !== 'hidden' && (outer?.isVisible ?? true),
  };
}

function layerOf(attributes: Attributes, group: Group | undefined, notices: Set<string>): StackLayer {
  const { offset, opacity, isVisible } = groupOf(attributes, group);
  const op = attributes['composite-op'] ?? 'svg:src-over';
  const blend = blendModes.find((mode) => compositeOp(mode) === op);
  if (!blend) notices.add(`The way of blending “${op}” is not known here; those layers are laid over as normal ones.`);
  const name = attributes.name?.slice(0, 255) || 'Layer';
  const isLocked = attributes['edit-locked'] === 'true';
  return { name, src: attributes.src ?? '', offset, opacity, isVisible, isLocked, blend: blend ?? 'normal' };
}

const whole = (text = '0'): number => {
  const value = Math.round(Number(text));
  return Number.isFinite(value) && Math.abs(value) <= 100_000 ? value : 0;
};

const unit = (text = '1'): number => {
  const value = Number(text);
  return Number.isFinite(value) ? Math.max(0, Math.min(1, value)) : 1;
};

interface Tag {
  readonly name: string;
  readonly attributes: Attributes;
  readonly isClosing: boolean;
  readonly isEmpty: boolean;
}

/** The tags in order. Comments are passed over; entities of one's own are not resolved, so none can grow. */
function* tags(xml: string): Generator<Tag> {
  const text = xml.replaceAll(/<!--[^]*?-->|<\?[^]*?\?>|<!\[CDATA\[[^]*?\]\]>/g, '');
  for (const [, closing, name = '', rest = '', empty] of text.matchAll(
    /<(\/?)([\w:-]+)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>/g,
  )) {
    const pairs = rest.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
    const attributes = Object.fromEntries([...pairs].map(([, key, a, b]) => [key, unescaped(a ?? b ?? '')]));
    yield { name, attributes, isClosing: closing === '/', isEmpty: empty === '/' };
  }
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,8}));/gi,
    (entity, decimal?: string, hex?: string, name?: string) => {
      const code = decimal ? Number(decimal) : hex ? parseInt(hex, 16) : undefined;
      if (code === undefined) return named[name ?? ''] ?? entity;
      return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
    },
  );
}
