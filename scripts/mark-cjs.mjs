// Without a package.json of its own Node would read dist/cjs by the "type": "module" of the package.
import { writeFileSync } from 'node:fs';

writeFileSync(new URL('../dist/cjs/package.json', import.meta.url), '{ "type": "commonjs" }\n');
