import type { MenuCommand, NamedBytes } from '#common/contract/services.ts';
import type { AppState } from './app-state.ts';

/** What a person can do, wherever they do it: a button, a key, the menu, a drop. Each shows its own failure. */
export function createActions({ host, editor, job, problems }: AppState) {
  const open = (picture: NamedBytes): Promise<void> =>
    problems.attempt(async () => {
      if (job.isBusy) throw new Error('An edit is under way. Stop it first, then open another picture.');
      problems.clear();
      await editor.open(picture);
    });
  const actions = {
    open,
    chooseAndOpen: () =>
      problems.attempt(async () => {
        const picture = await host.dialogs.openPicture();
        if (picture) await open(picture);
      }),
    save: () =>
      problems.attempt(async () => {
        if (editor.current) await host.dialogs.savePicture({ name: editor.current.name, bytes: editor.current.bytes });
      }),
    run: () => problems.attempt(() => job.run()),
    cancel: () => problems.attempt(() => job.cancel()),
  };
  const commands: Record<MenuCommand, () => Promise<void>> = {
    open: actions.chooseAndOpen,
    'save-as': actions.save,
    run: actions.run,
    cancel: actions.cancel,
  };
  return { ...actions, command: (command: MenuCommand) => commands[command]() };
}
export type Actions = ReturnType<typeof createActions>;
