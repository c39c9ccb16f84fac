/** Notes, where a measurement listens, how long a band took from the engine to a painted frame. The mark is made in the frame after
 * the one that was asked to draw it. @param decodedAt ms since 1970 */
export function noteLatency(decodedAt: number): void {
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      const ms = performance.timeOrigin + performance.now() - decodedAt;
      performance.mark('editar-band', { detail: { ms } });
    });
  });
}
