/**
 * Where links lead, from the address as the browser has it. They are relative, and below the page's own address, so that a
 * proxy in front may strip a prefix or put another one in its place.
 */
export function linksFrom(pathname: string, isList: boolean): { home: string; base: string } {
  // `task` and the others lie beside the address of the list with a slash at its end.
  if (!isList || pathname.endsWith('/')) return { home: './', base: './' };
  const last = `./${pathname.slice(pathname.lastIndexOf('/') + 1)}/`;
  return { home: last, base: last };
}
