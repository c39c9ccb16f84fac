/** Where a command's words go. Results are lines on stdout, everything else is for stderr. */
export interface Terminal {
  result(line: string): void;
  note(line: string): void;
  /** A line that the next one, or the next note, replaces; shown only to people. */
  progress(line: string): void;
}

const eraseLine = '\r\u001b[K';
const quietMs = 1000; // between progress lines in a log file

/** Names of files may hold what terminals obey, such as erasing the screen, and line ends: they are shown as JSON writes them. */
const inOneLine = (text: string): string => inLines(text).replaceAll('\n', '\\n');

/** The same for texts that have lines of their own. */
const inLines = (text: string): string =>
  text.replaceAll(/[^\P{Cc}\n\t]/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Writes to the process's own streams. */
export function processTerminal({ stdout, stderr }: NodeJS.Process = process): Terminal {
  let isProgressShown = false;
  let lastProgress = -Infinity;
  const clear = (): void => {
    if (isProgressShown) stderr.write(eraseLine);
    isProgressShown = false;
  };
  const replaceLine = (line: string): void => {
    clear();
    stderr.write(line.slice(0, (stderr.columns || 80) - 1));
    isProgressShown = true;
  };
  const addLine = (line: string): void => {
    if (performance.now() - lastProgress < quietMs) return;
    lastProgress = performance.now();
    stderr.write(`${line}\n`);
  };
  return {
    result: (line) => {
      clear();
      stdout.write(`${inOneLine(line)}\n`);
    },
    note: (line) => {
      clear();
      stderr.write(`${inLines(line)}\n`);
    },
    progress: stderr.isTTY ? replaceLine : addLine,
  };
}
