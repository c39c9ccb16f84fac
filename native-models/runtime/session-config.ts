/** Session config entries that every session gets: waiting threads sleep, which costs nothing measurable per step and
 * leaves the processor to the app. */
export const sessionConfig: Readonly<Record<string, string>> = {
  'session.intra_op.allow_spinning': '0',
  'session.inter_op.allow_spinning': '0',
};
