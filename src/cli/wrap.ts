/** Words, and whole commands in backticks: a command that is cut in two cannot be copied. */
const WORDS = /(?:`[^`]*`|\S)+/g;

/** A sentence as lines of at most this width; those after the first are indented. A longer word stands alone. */
export function wrapped(text: string, width: number, indent = ''): string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(WORDS) ?? []) {
    const longer = line === '' ? text.slice(0, text.indexOf(word)) + word : `${line} ${word}`;
    if (line !== '' && longer.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line];
}

/** A text of at most this length; an ellipsis shows that something is missing. */
export function shortened(text: string, length: number): string {
  const letters = [...text];
  return letters.length > length ? `${letters.slice(0, length - 1).join('')}…` : text;
}
