/** Listens as App.svelte does: anew with every connection. @returns ends it */
export const listenInEffect = (job: { listen(): () => void }): (() => void) =>
  $effect.root(() => {
    $effect(() => job.listen());
  });
