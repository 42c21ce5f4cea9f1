/** How long the bodies of the tasks take, in milliseconds. */
export const BODIES = [0, 50, 200];
/** How many tasks there are of each body. */
export const COPIES = 4;
