/** What the package may weigh packed, in bytes. Every build of every user downloads it. */
const MOST = 400_000;

/**
 * What belongs into the package. The documentation is a site, the sources and their maps are in the repository.
 *
 * @type {Record<string, RegExp>}
 */
const PARTS = {
  'ES modules': /^dist\/(src|migrations)\/.*\.js$/,
  CommonJS: /^dist\/cjs\/((src|migrations)\/.*\.js|package\.json)$/,
  declarations: /^dist\/.*\.d\.ts$/,
  texts: /^(README|CHANGELOG|SECURITY)\.md$|^LICENSE$/,
  others: /^package\.json$|^bin\/nestjs-task-lock\.mjs$|^ops\/(alerts\.yml|grafana-dashboard\.json)$/,
};

/**
 * Says what a tarball weighs, and what does not belong into it.
 *
 * @param {string} json what `npm pack --json` printed
 * @returns {{ title: string, succeeded: boolean, output: string }}
 */
export function weigh(json) {
  /** @type {[{ size: number, files: { path: string, size: number }[] }]} */
  const [{ size, files }] = JSON.parse(json);
  const kilobytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1000)} KB`;
  const parts = Object.entries(PARTS).map(([name, pattern]) => {
    const bytes = files.filter(({ path }) => pattern.test(path)).map((file) => file.size);
    return `${name} ${kilobytes(bytes.reduce((sum, each) => sum + each, 0))}`;
  });
  const strangers = files.filter(({ path }) => !Object.values(PARTS).some((pattern) => pattern.test(path)));
  return {
    title: `weighs ${kilobytes(size)} packed, of at most ${kilobytes(MOST)}; unpacked: ${parts.join(', ')}`,
    succeeded: size <= MOST && strangers.length === 0,
    output: strangers.map(({ path }) => `${path} does not belong into the package`).join('\n'),
  };
}
