/** Holds a method in the middle of its run: `reached` resolves once it calls `pass`, which waits for `open`. */
export function gate() {
  let reach = () => {};
  let open = () => {};
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  const pass = async () => {
    reach();
    await opened;
  };
  return { reached, open, pass };
}
