// Makes docs/reference/api out of the JSDoc of the sub-paths' entry files.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';

const COPY = 'build/api-source';
const OUT = 'docs/reference/api';
const MODULES = {
  'nestjs-task-lock': 'src/index.ts',
  'nestjs-task-lock/dashboard': 'src/dashboard.ts',
  'nestjs-task-lock/migrations': 'src/migrations.ts',
  'nestjs-task-lock/opentelemetry': 'src/opentelemetry.ts',
  'nestjs-task-lock/store': 'src/store.ts',
  'nestjs-task-lock/testing': 'src/testing/index.ts',
};

/** An example that begins with a decorator would be read as a tag, unless it stands in a fence. */
function withFences(source) {
  return source.replace(
    /^( *)\* @example\n((?:\1\* (?!@\w+ |@example|```).*\n|\1\* @[A-Z].*\n)+)/gm,
    (_, indent, code) => {
      return `${indent}* @example\n${indent}* \`\`\`ts\n${code}${indent}* \`\`\`\n`;
    },
  );
}

rmSync(COPY, { recursive: true, force: true });
rmSync(OUT, { recursive: true, force: true });
for (const folder of ['src', 'migrations']) cpSync(folder, join(COPY, folder), { recursive: true });
for (const file of readdirSync(COPY, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.ts')) continue;
  const path = join(COPY, file);
  writeFileSync(path, withFences(readFileSync(path, 'utf8')));
}
for (const [name, entry] of Object.entries(MODULES)) {
  const path = join(COPY, entry);
  writeFileSync(path, `/** @module ${name} */\n${readFileSync(path, 'utf8')}`);
}
writeFileSync(
  join(COPY, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../tsconfig.json',
    compilerOptions: { rootDir: '.', paths: {} },
    include: ['src', 'migrations'],
    exclude: [],
  }),
);

const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: Object.values(MODULES).map((entry) => join(COPY, entry)),
  tsconfig: join(COPY, 'tsconfig.json'),
  out: OUT,
  readme: 'none',
  router: 'module',
  entryFileName: 'index',
  name: 'API',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  skipErrorChecking: true,
  validation: false,
  treatWarningsAsErrors: true,
  logLevel: 'Warn',
});
const project = await app.convert();
if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
await app.generateOutputs(project);
