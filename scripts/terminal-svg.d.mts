export interface TerminalLine {
  /** The milliseconds at which it was complete. */
  at: number;
  /** With the escape sequences of its colours. */
  text: string;
}

export function terminalSvg(lines: readonly TerminalLine[], title: string): string;
