import type { ChosenFile, DocumentId, FileSource, RecentFile } from '#common/contract/documents.ts';
import type { NamedBytes } from '#common/contract/services.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { createRecipeActions } from './recipe-actions.ts';
import type { Answer } from './questions.svelte.ts';

/** What a person can do with files. Each shows its own failure; nothing that is in no file is left without asking. */
export function createFileActions(app: AppState) {
  const {
    batch,
    host,
    document,
    editor,
    engine,
    exporting,
    jobs,
    layout,
    maps,
    opening,
    problems,
    questions,
    results,
    settings,
  } = app;
  const { offerMaking } = createRecipeActions(app);
  const attempt = (action: () => Promise<void>) => () => problems.attempt(action, 'files');

  const askToReplace = (code: string, name: string): Promise<Answer> => {
    const text = t(code === 'output-is-input' ? 'files.replaceInput' : 'files.replaceChanged');
    const answers = { yes: t('files.replace'), other: t('files.elsewhere'), isDanger: true };
    return questions.ask({ title: t('files.replaceTitle', { name }), text, ...answers });
  };

  /** @returns whether it is in a file now */
  async function save(asNew: boolean): Promise<boolean> {
    const name = await document.save(host.dialogs, askToReplace, { asNew });
    if (name !== undefined) problems.done(t('files.saved', { name }));
    return name !== undefined;
  }

  /** Asks before what is in no file, or an edit that is under way, would be gone. */
  async function mayLeave(): Promise<boolean> {
    const edits = jobs.isBusy ? t('files.editsText', { count: jobs.list.length }) : undefined;
    if (!document.isDirty) {
      if (edits === undefined) return true;
      const question = { title: t('files.editsTitle'), text: edits, yes: t('files.endEdits') };
      return (await questions.ask(question)) === 'yes';
    }
    const text = [t('files.unsavedText'), edits].filter(Boolean).join(' ');
    const title = t('files.unsavedTitle', { name: document.name });
    const answer = await questions.ask({ title, text, yes: t('files.save'), other: t('files.doNotSave') });
    return answer === 'yes' ? await save(false) : answer === 'other';
  }

  /** Asks before a batch would end with the program. */
  async function mayEndBatch(): Promise<boolean> {
    if (!batch.isUnderWay) return true;
    const question = { title: t('batch.leaveTitle'), text: t('batch.leaveText'), yes: t('batch.leaveIt') };
    return (await questions.ask(question)) === 'yes';
  }

  /** Whether the place of the open document may be taken. */
  async function mayReplaceDocument(): Promise<boolean> {
    if (!(await mayLeave())) return false;
    problems.clear();
    return true;
  }

  function begin(notices: readonly string[]): void {
    results.offerLeft();
    editor.showsBefore = false;
    layout.view = 'editor';
    for (const notice of notices) problems.notice(notice);
    offerMaking();
  }

  const openSource = (name: string, source: () => Promise<FileSource>): Promise<void> =>
    problems.attempt(async () => {
      if (!(await mayReplaceDocument())) return;
      const hasNews = listenForNews();
      const isWanted = async (): Promise<boolean> => !hasNews() || (await mayLeave());
      await opening.follow(name, async (isLast) => {
        const file = await source();
        const notices = await document.open(file, async () => isLast() && (await isWanted()) && isLast());
        if (!notices) return;
        begin(notices);
        if ('handle' in file) await maps.lookBeside(file.handle);
      });
    }, 'files');
  const open = (file: ChosenFile | NamedBytes): Promise<void> => openSource(file.name, () => sourceOf(file));

  /** Reading a large file takes so long that a person goes on with what is open. @returns whether they did something since */
  function listenForNews(): () => boolean {
    const { gestures } = document;
    const edits = jobs.list.length;
    return () => document.gestures !== gestures || jobs.list.length > edits;
  }

  async function sourceOf(file: ChosenFile | NamedBytes): Promise<FileSource> {
    if ('handle' in file) return { handle: file.handle };
    return { blob: await engine.require().blobs.put(file.bytes), name: file.name };
  }

  return {
    open,
    openRecent: ({ name, source }: RecentFile): Promise<void> => openSource(name, () => Promise.resolve(source)),
    chooseAndOpen: attempt(async () => {
      const file = await host.dialogs.chooseFile();
      if (file) await open(file);
    }),
    /** Opens what a crash left. */
    recover: (left: DocumentId) =>
      problems.attempt(async () => {
        if (await mayReplaceDocument()) begin(await document.recover(left));
      }),
    save: attempt(async () => void (await save(false))),
    saveAs: attempt(async () => void (await save(true))),
    /** Writes the picture as it was chosen in the dialog. @returns false when the person chose no place for it */
    async export(): Promise<boolean> {
      const choice = exporting.choiceFor(document.project?.depth ?? 8, settings.current);
      const written = await document.export(choice, host.dialogs, askToReplace);
      if (written) problems.done(t('files.exported', { name: written.name }), written.notices.join(' '));
      return written !== undefined;
    },
    close: attempt(async () => {
      if (!(await mayReplaceDocument())) return;
      await document.close();
    }),
    /** The window is about to be closed. What is not to be saved must not be offered at the next start. */
    leave: attempt(async () => {
      if (questions.current || !(await mayLeave()) || !(await mayEndBatch())) return;
      await document.close().catch(() => undefined); // a lost engine keeps nobody here
      host.leave();
    }),
  };
}
