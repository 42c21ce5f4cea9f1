/** The text between the tags of the script, by whose hash the browser lets it in. */
export const SCRIPT = `'use strict';`;
