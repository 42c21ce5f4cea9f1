/** Methods of the service that are verbs here. */
const METHODS = /\b(pause|resume|trigger|cancel|release|forget|explain|describe)\(\)/g;

/** What the service says of its methods and their options, as the verbs and options of the command line. */
export function inOwnWords(message: string): string {
  return message
    .replace(/^TaskLockOperator\.\w+\([^)]*\): /, '')
    .replace(/^option (\w+)/, (_, option: string) => `--${kebab(option)}`)
    .replace('tasks() lists', '`nestjs-task-lock list` shows')
    .replace(/\b(with) force\b/gi, '$1 --force')
    .replace('only with now', 'only with --now')
    .replace(METHODS, '`$1`');
}

function kebab(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
