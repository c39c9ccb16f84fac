const steps: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowUp: (at) => at - 1,
  ArrowDown: (at) => at + 1,
  Home: () => 0,
  End: (_, last) => last,
};

/** Goes from row to row of a list with the arrow keys, Home and End, and says which row has the keyboard then; undefined where the key means
 * something else. Rows that are disabled do not count. @param selector of the button that stands for its row */
export function moveInList(event: KeyboardEvent, selector: string): number | undefined {
  const step = event.altKey || event.ctrlKey || event.metaKey ? undefined : steps[event.key];
  const from = event.currentTarget as HTMLElement;
  const all = from.closest('ul')?.querySelectorAll<HTMLButtonElement>(selector) ?? [];
  const buttons = [...all].filter(({ disabled }) => !disabled);
  if (!step || buttons.length === 0) return undefined;
  event.preventDefault();
  const last = buttons.length - 1;
  const row = Math.max(0, Math.min(last, step(buttons.indexOf(from as HTMLButtonElement), last)));
  buttons[row]?.focus();
  return row;
}
