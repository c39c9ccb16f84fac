import { t } from '../i18n/i18n.svelte.ts';

type StepKey = 'frame.undoStep' | 'frame.redoStep';

/** What a command does to the step it is about, as "Undo crop". @param name of the step @returns undefined where there is none, or it has no
 * name */
export const stepLabel = (key: StepKey, name: string | undefined): string | undefined =>
  name ? t(key, { step: inSentence(name) }) : undefined;

/** As a name is written in the middle of a sentence; capitals that are more than a beginning stay. */
const inSentence = (name: string): string =>
  /^\p{Lu}(?!\p{Lu})/u.test(name) ? name[0]!.toLowerCase() + name.slice(1) : name;
