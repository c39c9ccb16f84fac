import { t } from '../i18n/i18n.svelte.ts';
import type { Actions } from './actions.ts';
import type { AppState } from './app-state.ts';
import { createClipActions } from './clip-actions.ts';
import { isTextField } from './commands.svelte.ts';
import { pastedPicture } from './system-clipboard.ts';

/** Follows the browser's own keys and menus for the clipboard, which belong to text wherever there is some. They bring a paste what is there
 * without anybody being asked. @returns ends it */
export function followClipboard(app: AppState, actions: Actions): () => void {
  const { clip, commands, editor, layout, problems, questions } = app;
  const clips = createClipActions(app);
  const end = new AbortController();
  const { signal } = end;

  const isFree = (): boolean => layout.overlay === undefined && !questions.current && layout.view === 'editor';
  const isText = ({ target }: Event): boolean => isTextField(target) || getSelection()?.isCollapsed === false;

  const take = (event: ClipboardEvent, id: 'edit.copy' | 'edit.cut'): void => {
    if (isText(event)) clip.outdate();
    else if (isFree()) void commands.run(id);
  };
  const paste = (event: ClipboardEvent): void => {
    const file = pastedPicture(event);
    if (!isFree() || (isText(event) && (!file || event.clipboardData?.types.includes('text/plain')))) return;
    event.preventDefault();
    if (commands.find('edit.paste')?.isEnabled) void problems.attempt(() => clips.paste(file));
    else if (file && !editor.shown && !layout.showsMaps) void open(file);
  };
  const open = async (file: File): Promise<void> =>
    await actions.open({ name: `${t('layers.pasted')}.png`, bytes: new Uint8Array(await file.arrayBuffer()) });

  addEventListener('copy', (event) => take(event, 'edit.copy'), { signal });
  addEventListener('cut', (event) => take(event, 'edit.cut'), { signal });
  addEventListener('paste', paste, { signal });
  addEventListener('blur', () => clip.outdate(), { signal }); // another program may copy something
  return () => end.abort();
}
