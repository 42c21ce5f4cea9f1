/** The text between the tags of the style sheet, by whose hash the browser lets it in. */
export const STYLE = `body{font:16px sans-serif}`;
