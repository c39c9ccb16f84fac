import { recipeProperties } from './recipe-metadata.ts';
import type { RecipeStamp } from './recipe-metadata.ts';

/** XMP properties of ours; the address is a name and need not lead anywhere. */
export const ourNamespace = 'https://github.com/editar-studio/editar-studio/ns/1.0/';
const ourPrefix = 'editar';
const iptcPrefix = 'Iptc4xmpExt';
const iptcNamespace = 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/';

const maxBytes = 2 ** 21; // a packet beyond that is not about a photo, and would be slow to search
const endOfRdf = '</rdf:RDF>';

/** The XMP of the picture as it is now: what was there, without orientation, old thumbnails, an older recipe of ours and, unless it
 * is to be kept, the place; with the new recipe when there is one. A packet that cannot be added to is replaced. */
export function currentXmp(
  existing: Uint8Array | undefined,
  { recipe, keepGps }: { recipe?: RecipeStamp | undefined; keepGps: boolean },
): Uint8Array | undefined {
  const kept = existing && keptPacket(existing, keepGps);
  if (!recipe) return kept === undefined ? undefined : Buffer.from(kept);
  const properties = recipeProperties(recipe);
  const cleared = kept && without(kept, iptcPrefix, Object.keys(properties.iptc));
  return Buffer.from((cleared ?? emptyPacket).replace(endOfRdf, () => `${descriptions(properties)}${endOfRdf}`));
}

/** A property of ours in a packet. */
export function ourProperty(packet: Uint8Array, name: 'recipe' | 'parameters'): string | undefined {
  if (packet.length > maxBytes) return undefined;
  const tag = `${ourPrefix}:${name}`;
  const text = new TextDecoder().decode(packet);
  const start = text.indexOf(`<${tag}>`);
  const end = text.indexOf(`</${tag}>`, start);
  return start < 0 || end < 0 ? undefined : unescaped(text.slice(start + tag.length + 2, end));
}

function keptPacket(existing: Uint8Array, keepGps: boolean): string | undefined {
  if (existing.length > maxBytes) return undefined;
  const text = new TextDecoder().decode(existing);
  if (!text.includes(endOfRdf)) return undefined;
  const upright = without(without(text, 'tiff', ['Orientation']), 'xmp', ['Thumbnails']);
  const ours = without(upright, ourPrefix, ['recipe', 'parameters']);
  return keepGps ? ours : without(ours, 'exif', ['GPS\\w+']);
}

/** Removes properties, written as attributes or as elements. `names` are patterns. */
function without(packet: string, prefix: string, names: readonly string[]): string {
  const name = `${prefix}:(?:${names.join('|')})`;
  const attribute = new RegExp(`\\s${name}\\s*=\\s*(?:"[^"]*"|'[^']*')`, 'g');
  const element = new RegExp(`<(${name})(?:\\s[^>]*)?(?:/>|(?<!/)>[^]*?</\\1\\s*>)`, 'g');
  return packet.replaceAll(attribute, '').replaceAll(element, '');
}

const rdfNamespace = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const emptyPacket =
  `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>` +
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${rdfNamespace}">${endOfRdf}</x:xmpmeta><?xpacket end="w"?>`;

function descriptions({ iptc, ours }: ReturnType<typeof recipeProperties>): string {
  return description(iptcPrefix, iptcNamespace, iptc) + description(ourPrefix, ourNamespace, ours);
}

function description(prefix: string, namespace: string, properties: Readonly<Record<string, string>>): string {
  const elements = Object.entries(properties).map(
    ([name, value]) => `<${prefix}:${name}>${escaped(value)}</${prefix}:${name}>`,
  );
  return `<rdf:Description rdf:about="" xmlns:${prefix}="${namespace}">${elements.join('')}</rdf:Description>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

function escaped(text: string): string {
  // eslint-disable-next-line no-control-regex -- XML cannot hold these in any form
  const allowed = text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
  return allowed.replaceAll(/[&<>\r]/g, (character) => entities[character] ?? character);
}

function unescaped(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|#13);/g, (entity) => {
    return Object.keys(entities).find((character) => entities[character] === entity) ?? entity;
  });
}
