import type { Refusal } from './refusal.ts';

const maxDepth = 8;

/** Parses UTF-8 JSON from a weights file: one object, shallow, no name twice at its top (JSON.parse would keep the last).
 * Throws `checkpoint-invalid`. */
export function parseJson(bytes: Uint8Array, refusal: Refusal): Record<string, unknown> {
  const names = countTopNames(bytes, refusal);
  const value = parse(bytes, refusal);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal.invalid('its JSON is no object');
  if (Object.keys(value).length !== names) throw refusal.invalid('its JSON header names the same tensor twice');
  return value as Record<string, unknown>;
}

function parse(bytes: Uint8Array, refusal: Refusal): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw refusal.invalid('its JSON header is damaged', {}, error);
  }
}

const [quote, backslash, colon] = ['"', '\\', ':'].map((letter) => letter.charCodeAt(0));
const opening = new Set([...'{['].map((letter) => letter.charCodeAt(0)));
const closing = new Set([...'}]'].map((letter) => letter.charCodeAt(0)));

/** Walks over the bytes once: refuses deep nesting, returns the number of names directly in the outer object. */
function countTopNames(bytes: Uint8Array, refusal: Refusal): number {
  let depth = 0;
  let names = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at);
    else if (opening.has(byte)) depth++;
    else if (closing.has(byte)) depth--;
    else if (byte === colon && depth === 1) names++;
    if (depth > maxDepth) throw refusal.invalid('its JSON header is nested too deeply');
  }
  return names;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}
