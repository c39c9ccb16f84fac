import type { Bounds, Extent } from '#common/geometry.ts';

/** Where a picture lies in the middle of a screen that it fits into. It is made smaller, never larger than its own pixels.
 * @param density screen pixels per picture pixel at most */
export function fitInside(picture: Extent, screen: Extent, density = 1): Bounds {
  const scale = Math.min(screen.width / picture.width, screen.height / picture.height, density);
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  return { x: Math.floor((screen.width - width) / 2), y: Math.floor((screen.height - height) / 2), width, height };
}
