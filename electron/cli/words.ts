/** Milliseconds as a person reads them. */
export function seconds(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const whole = Math.round(ms / 1000);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** How long something may still take, no finer than it is known. */
export function roughly(ms: number): string {
  const whole = Math.round(ms / 1000);
  if (whole < 10) return 'a few seconds';
  if (whole < 90) return `about ${Math.round(whole / 5) * 5} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 90) return `about ${minutes} min`;
  const tens = Math.round(minutes / 10);
  return tens % 6 === 0 ? `about ${tens / 6} h` : `about ${Math.floor(tens / 6)} h ${(tens % 6) * 10} min`;
}

/** Bytes as a person reads them, in decimal units like every disk. */
export function size(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
