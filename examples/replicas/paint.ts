import { styleText } from 'node:util';

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'gray' | 'bold';

const REPLICA_COLOURS = ['cyan', 'magenta', 'yellow', 'blue', 'green'] as const;

/** Colours where a person watches, plain text elsewhere. */
export class Paint {
  constructor(private readonly isColoured = process.stdout.isTTY && !process.env['NO_COLOR']) {}

  as(colour: Colour, text: string): string {
    return this.isColoured ? styleText(colour, text) : text;
  }

  /** Each replica has a colour of its own, by the number in its name. */
  replica(name: string, text = name): string {
    const number = Number(/\d+$/.exec(name)?.[0] ?? 1);
    return this.as(REPLICA_COLOURS[(number - 1) % REPLICA_COLOURS.length] ?? 'cyan', text);
  }
}
