/** Session config entries that every session gets. A thread that waits for its next part of a run looks out for it for a moment
 * before it sleeps, since most parts follow within microseconds; none does between two runs, so the processor is left to the app. */
export const sessionConfig: Readonly<Record<string, string>> = {
  'session.intra_op.allow_spinning': '1',
  'session.intra_op.spin_duration_us': '50',
  'session.force_spinning_stop': '1',
  'session.inter_op.allow_spinning': '0',
};
