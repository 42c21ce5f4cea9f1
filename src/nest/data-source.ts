import { ModulesContainer } from '@nestjs/core';
import type { ModuleRef } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { ModuleSettings } from '../tasks/settings/module-settings.js';

/**
 * Finds the data source that holds the lock table, once: a search of the container costs as much as the rest of a claim in
 * Node. What it returns throws an error where the application has none, or one that says that it is not on Postgres.
 */
export function dataSourceFinder(settings: ModuleSettings, moduleRef: ModuleRef): () => DataSource {
  let found: DataSource | undefined;
  return () => (found ??= find(settings, moduleRef));
}

function find({ dataSource: given }: ModuleSettings, moduleRef: ModuleRef): DataSource {
  const dataSource = typeof given === 'object' ? given : injected(given, moduleRef);
  // A mock of a test has what its transactions need, and often no options.
  const { options }: Partial<Pick<DataSource, 'options'>> = dataSource;
  const { type }: Partial<Pick<DataSourceOptions, 'type'>> = options ?? {};
  if (type === undefined || type === 'postgres') return dataSource;
  throw new Error(`the data source is of type '${type}': the lock table needs one of type 'postgres'`);
}

function injected(name: string | undefined, moduleRef: ModuleRef): DataSource {
  try {
    return moduleRef.get<DataSource>(getDataSourceToken(name), { strict: false });
  } catch (error) {
    const [other] = namesOfDataSources(moduleRef);
    const [which, how] =
      name === undefined
        ? [`no ${other === undefined ? '' : 'default '}TypeORM data source`, '']
        : [`no TypeORM data source '${name}'`, `name: '${name}', `];
    const instead =
      other === undefined
        ? `import TypeOrmModule.forRoot({ ${how}type: 'postgres', ... }), or give TaskLockModule.forRoot a dataSource or ` +
          'a store'
        : `it has one named '${other}', so write TaskLockModule.forRoot({ dataSource: '${other}' })`;
    throw new Error(`the application has ${which}: ${instead}`, { cause: error });
  }
}

/** What stands before it in the token of a data source that has a name. */
const TOKEN_ENDING = 'DataSource';

function namesOfDataSources(moduleRef: ModuleRef): string[] {
  const modules = [...moduleRef.get(ModulesContainer, { strict: false }).values()];
  const tokens = modules.flatMap(({ providers }) => [...providers.keys()]);
  return tokens
    .filter((token) => typeof token === 'string')
    .filter((token) => token.endsWith(TOKEN_ENDING) && token.length > TOKEN_ENDING.length)
    .map((token) => token.slice(0, -TOKEN_ENDING.length));
}
