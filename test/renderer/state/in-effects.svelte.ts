/** Runs what sets up effects. @returns ends them */
export const inEffects = (setUp: () => void): (() => void) => $effect.root(setUp);

/** Listens as App.svelte does: anew with every connection. @returns ends it */
export const listenInEffect = (job: { listen(): () => void }): (() => void) =>
  inEffects(() => {
    $effect(() => job.listen());
  });

/** The same object, whose fields effects follow. */
export function reactive<T extends object>(fields: T): T {
  const followed = $state(fields);
  return followed;
}
