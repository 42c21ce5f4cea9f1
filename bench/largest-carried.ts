/**
 * The most that is still carried, to about a tenth: doubled or halved from a guess until the answer changes, then between
 * the last two. `most` bounds the search.
 */
export async function largestCarried(
  guess: number,
  most: number,
  carries: (load: number) => Promise<boolean>,
): Promise<number> {
  let carried = 0;
  let refused = most + 1;
  for (let load = Math.min(guess, most); carried === 0 || refused > most;) {
    if (await carries(load)) carried = load;
    else refused = load;
    if (carried === most || refused === 1) return carried;
    if (carried > 0 && refused <= most) break;
    load = carried > 0 ? Math.min(2 * carried, most) : Math.max(Math.floor(refused / 2), 1);
  }
  while (refused > 1.1 * carried + 1) {
    const between = Math.round(Math.sqrt(carried * refused));
    if (await carries(between)) carried = between;
    else refused = between;
  }
  return carried;
}
