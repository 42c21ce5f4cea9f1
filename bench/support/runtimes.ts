import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Runtime {
  name: string;
  execPath: string;
}

/** The versions of Node that bench/runtimes has; this process's own where it has none for the platform. */
export function runtimes(): Runtime[] {
  const found = [20, 22, 24].map((major) => {
    const address = new URL(`../../../bench/runtimes/node_modules/node-${major}/bin/node`, import.meta.url);
    return { name: `Node ${major}`, execPath: fileURLToPath(address) };
  });
  const installed = found.filter(({ execPath }) => existsSync(execPath));
  const missing = found.filter((runtime) => !installed.includes(runtime)).map(({ name }) => name);
  if (missing.length > 0)
    console.warn(
      `${missing.join(', ')}: left out, since npm has no binary for this platform in bench/runtimes`,
    );
  if (installed.length > 0) return installed;
  return [{ name: `Node ${process.versions.node.split('.')[0]}`, execPath: process.execPath }];
}
