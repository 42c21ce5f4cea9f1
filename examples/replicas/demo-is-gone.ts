/** Calls back when the process that started this one is gone or has closed the channel, also if that was long ago. */
export function onceDemoIsGone(act: () => void): void {
  process.once('disconnect', act);
  // Imports are loaded before the first line of a module runs, and the event may have come meanwhile.
  if (!process.connected) act();
}
