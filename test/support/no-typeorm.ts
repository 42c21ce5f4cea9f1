/** The token of the default data source. */
class DataSource {}

/** What the package takes from `@nestjs/typeorm`, for suites without a database: TypeORM is a third of their start. */
export function getDataSourceToken(name?: string): typeof DataSource | string {
  return name === undefined ? DataSource : `${name}DataSource`;
}
