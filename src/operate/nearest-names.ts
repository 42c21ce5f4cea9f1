/** How many names an error lists. */
const LISTED = 3;

/** The names that a mistyped one may have meant, the likeliest first. The application before a task may be left out. */
export function nearestNames(name: string, names: readonly string[]): string[] {
  return names
    .map((each) => ({ each, distance: Math.min(...formsOf(each).map((form) => distanceOf(name, form))) }))
    .filter(({ distance }) => distance <= Math.max(2, name.length / 3))
    .sort((one, other) => one.distance - other.distance || (one.each < other.each ? -1 : 1))
    .slice(0, LISTED)
    .map(({ each }) => each);
}

/** A name with and without its application. */
function formsOf(name: string): string[] {
  const slash = name.indexOf('/');
  return slash < 0 ? [name] : [name, name.slice(slash + 1)];
}

/** 0 where they differ in case only, 1 where one contains the other, else the number of edits that make one the other. */
function distanceOf(name: string, other: string): number {
  const [from, to] = [name.toLowerCase(), other.toLowerCase()];
  if (from === to) return 0;
  if (from.length > 2 && to.length > 2 && (to.includes(from) || from.includes(to))) return 1;
  return edits(from, to);
}

function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
