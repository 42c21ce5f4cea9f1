/** Thrown in place of a run that did not begin: its claim goes back, and starts no minimum hold. */
export class UnusedClaim extends Error {
  override readonly name = 'UnusedClaim';
}
