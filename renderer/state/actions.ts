import type { Version } from '#common/document/records.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import type { CommandHandler } from './commands.svelte.ts';
import { createEditActions } from './edit-actions.ts';
import { createFileActions } from './file-actions.ts';
import { createRecipeActions } from './recipe-actions.ts';
import { stepLabel } from './step-names.ts';

/** What a person can do with pictures and edits, wherever they do it: a button, a key, the menu, a drop. Each shows its own failure. */
export function createActions(app: AppState) {
  const { document, jobs, problems, results } = app;
  const edits = createEditActions(app);
  const { openRecipe } = createRecipeActions(app);

  async function clearQueue(): Promise<void> {
    const removed = await jobs.removeWaiting();
    const putBack = async (): Promise<void> => {
      if (document.isOpen) for (const subject of removed) await jobs.add(subject);
    };
    problems.offer(t('edit.unqueued', { count: removed.length }), { label: t('edit.requeue'), run: putBack });
  }

  /** They are out of sight at once and stay in the history. @param isMeant which of them; left out: all */
  function discardAll(isMeant: (version: Version) => boolean = () => true): void {
    const discarded = results.offered.filter(isMeant);
    results.discardAll(discarded);
    const bringBack = () => document.isOpen && results.offerAll(discarded);
    problems.offer(t('results.discarded', { count: discarded.length }), {
      label: t('results.offerAgain'),
      run: () => void bringBack(),
    });
  }

  return {
    ...createFileActions(app),
    edits,
    clearQueue: () => problems.attempt(clearQueue),
    discardAll,
    openRecipe: () => problems.attempt(openRecipe),
    run: () => problems.attempt(() => edits.run()),
    stop: () => problems.attempt(() => jobs.stop()),
  };
}
export type Actions = ReturnType<typeof createActions>;

/** Makes the commands of today's editor runnable. @returns takes them back */
export function registerEditorCommands(app: AppState, actions: Actions): () => void {
  const { commands, document, editor, engine, jobs, layout, maps, results, branch, strokes } = app;
  /** A stroke that was just ended, on a layer or a map, is a part of the document first. */
  const afterStrokes = (run: () => void | Promise<void>) => async () => {
    await Promise.all([strokes.settled(), maps.written()]);
    await run();
  };
  const hasPicture = () => editor.shown !== undefined;
  /** Why no file can be read or written just now. */
  const whyNoFile = () => {
    if (document.isWriting) return t('files.stillWriting');
    return engine.status === 'lost' ? t('files.noEngine') : undefined;
  };
  const withFile = (run: () => void | Promise<void>): CommandHandler => ({
    ...{ run, isEnabled: hasPicture, whyNot: whyNoFile },
  });
  const hasResult = () => results.shown !== undefined;
  const hasOther = () => results.offered.some((version) => version !== results.shown);
  return commands.registerAll({
    'file.open': { run: actions.chooseAndOpen, whyNot: whyNoFile },
    'file.recent': { run: () => void (layout.overlay = 'recent'), whyNot: whyNoFile },
    'file.save': withFile(afterStrokes(actions.save)),
    'file.saveAs': withFile(afterStrokes(actions.saveAs)),
    'file.export': withFile(() => void (layout.overlay = 'export')),
    'file.close': withFile(afterStrokes(actions.close)),
    'edit.undo': {
      run: afterStrokes(() => document.undo()),
      isEnabled: () => document.undoName !== undefined || strokes.isBusy,
      label: () => (strokes.isBusy ? undefined : stepLabel('frame.undoStep', document.undoName)),
    },
    'edit.redo': {
      run: afterStrokes(() => document.redo()),
      isEnabled: () => document.redoName !== undefined,
      label: () => stepLabel('frame.redoStep', document.redoName),
    },
    'edit.run': { run: actions.run, isEnabled: () => actions.edits.canRun() },
    'edit.openRecipe': { run: actions.openRecipe, isEnabled: () => document.isOpen },
    'edit.watch': { run: () => results.watch(), isEnabled: () => jobs.isBusy && results.watched === undefined },
    'edit.clearQueue': { run: actions.clearQueue, isEnabled: () => jobs.waiting.length > 0 },
    'edit.stop': {
      run: () => (branch.version ? branch.end() : actions.stop()),
      isEnabled: () => branch.version !== undefined || (jobs.isBusy && jobs.current?.status !== 'stopping'),
    },
    'result.accept': { run: () => results.accept(), isEnabled: () => (results.shown?.image ?? null) !== null },
    'result.discard': { run: () => results.discard(), isEnabled: hasResult },
    'result.star': { run: () => results.shown && results.star(results.shown), isEnabled: hasResult },
    'result.discardAll': { run: () => actions.discardAll(), isEnabled: () => results.offered.length > 0 },
    'result.discardUnstarred': {
      run: () => actions.discardAll((version) => !version.isStarred),
      isEnabled: () => results.offered.some(({ isStarred }) => !isStarred),
    },
    'result.new': { run: () => results.showNew(), isEnabled: () => results.newOnes.length > 0 },
    'result.next': { run: () => results.step(1), isEnabled: hasOther },
    'result.previous': { run: () => results.step(-1), isEnabled: hasOther },
    'view.before': {
      run: () => void (editor.showsBefore = !editor.showsBefore),
      isEnabled: () => editor.hasBefore || hasResult(),
      isChecked: () => editor.showsBefore,
    },
    'view.maps': {
      run: () => layout.showPanel(layout.showsMaps ? 'edit' : 'maps'),
      isChecked: () => layout.showsMaps,
    },
    'view.bare': {
      run: () => void (layout.isBare = !layout.isBare),
      isEnabled: () => hasPicture() || layout.showsMaps,
      isChecked: () => layout.isBare,
    },
    'view.panel': {
      run: () => void (layout.isPanelOpen = !layout.isPanelOpen),
      isEnabled: () => hasPicture() || layout.showsMaps,
      isChecked: () => layout.isPanelOpen,
    },
  });
}
