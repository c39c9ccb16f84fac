import type { NamedBytes } from '#common/contract/services.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { layeredPicture, visibleLayers } from './layered-picture.ts';
import { createEditActions } from './edit-actions.ts';
import { editedName } from './editor.svelte.ts';

/** What a person can do with pictures and edits, wherever they do it: a button, a key, the menu, a drop. Each shows its own failure. */
export function createActions(app: AppState) {
  const { host, document, editor, engine, jobs, problems, questions } = app;
  const edits = createEditActions(app);
  /** Asks before what is in no file would be gone. */
  const mayLeave = async (): Promise<boolean> => {
    if (!document.isDirty) return true;
    const text = t('welcome.unsavedText', { name: editor.shown?.name ?? '' });
    const question = { title: t('welcome.unsavedTitle'), text, yes: t('welcome.unsavedYes'), isDanger: true };
    return (await questions.ask(question)) === 'yes';
  };
  const open = (picture: NamedBytes): Promise<void> =>
    problems.attempt(async () => {
      if (jobs.isBusy) throw new Error(t('edit.underWay'));
      if (!(await mayLeave())) return;
      problems.clear();
      const blob = await engine.require().blobs.put(picture.bytes);
      const notices = await document.open({ blob, name: picture.name });
      await editor.noteOpened(picture);
      for (const notice of notices) problems.notice(notice);
    });
  return {
    open,
    edits,
    chooseAndOpen: () =>
      problems.attempt(async () => {
        const picture = await host.dialogs.openPicture();
        if (picture) await open(picture);
      }),
    save: () =>
      problems.attempt(async () => {
        if (!editor.shown) return;
        const { store } = document;
        const bytes = await engine.require().pictures.flatten(layeredPicture(store, visibleLayers(store)));
        await host.dialogs.savePicture({ name: editedName(editor.shown.name), bytes });
      }),
    run: () => problems.attempt(() => edits.run()),
    stop: () => problems.attempt(() => jobs.stop()),
  };
}
export type Actions = ReturnType<typeof createActions>;

/** Makes the commands of today's editor runnable. @returns takes them back */
export function registerEditorCommands(app: AppState, actions: Actions): () => void {
  const { commands, document, editor, jobs, layout, results, branch } = app;
  const hasPicture = () => editor.shown !== undefined;
  const hasResult = () => results.shown !== undefined;
  return commands.registerAll({
    'file.open': { run: actions.chooseAndOpen, isEnabled: () => !jobs.isBusy },
    'file.saveAs': { run: actions.save, isEnabled: hasPicture },
    'edit.undo': { run: () => document.undo(), isEnabled: () => document.undoName !== undefined },
    'edit.redo': { run: () => document.redo(), isEnabled: () => document.redoName !== undefined },
    'edit.run': { run: actions.run, isEnabled: () => actions.edits.canRun() },
    'edit.stop': {
      run: () => (branch.version ? branch.end() : actions.stop()),
      isEnabled: () => branch.version !== undefined || (jobs.isBusy && jobs.current?.status !== 'stopping'),
    },
    'result.accept': { run: () => results.accept(), isEnabled: () => (results.shown?.image ?? null) !== null },
    'result.discard': { run: () => results.discard(), isEnabled: hasResult },
    'result.star': { run: () => results.shown && results.star(results.shown), isEnabled: hasResult },
    'result.next': { run: () => results.step(1), isEnabled: () => results.offered.length > 1 },
    'result.previous': { run: () => results.step(-1), isEnabled: () => results.offered.length > 1 },
    'view.before': {
      run: () => void (editor.showsBefore = !editor.showsBefore),
      isEnabled: () => editor.hasBefore || hasResult(),
      isChecked: () => editor.showsBefore,
    },
    'view.maps': {
      run: () => layout.showPanel(layout.showsMaps ? 'edit' : 'maps'),
      isChecked: () => layout.showsMaps,
    },
    'view.panel': {
      run: () => void (layout.isPanelOpen = !layout.isPanelOpen),
      isEnabled: hasPicture,
      isChecked: () => layout.isPanelOpen,
    },
  });
}
