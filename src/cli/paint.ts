/** How a text stands out on a terminal. */
export type Style = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

const CODES: Record<Style, [number, number]> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

export type Paint = (text: string, style: Style | undefined) => string;

export const withoutColour: Paint = (text) => text;

const withColour: Paint = (text, style) => {
  if (style === undefined || text === '') return text;
  const [on, off] = CODES[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

/** Colours only where somebody sees them, and never with NO_COLOR. */
export function paintFor(isTerminal: boolean, env: NodeJS.ProcessEnv): Paint {
  const isUnwanted = Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb';
  return isTerminal && !isUnwanted ? withColour : withoutColour;
}
