import 'reflect-metadata';
import type { DiscoveryService } from '@nestjs/core';
import type { ConfigReader } from '../tasks/settings/placeholders.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

// What versions 3, 4 and 12 of @nestjs/config are known by, since a bundler renames classes: the tokens of its host
// module, and what @Inject(CONFIGURATION_TOKEN) leaves on the class of ConfigService.
const CONFIGURATION_TOKEN = 'CONFIGURATION_TOKEN';
const CONFIG_SERVICE = 'CONFIG_SERVICE';
const INJECTED_PARAMETERS = 'self:paramtypes';

/** Reads the `ConfigService` of @nestjs/config, of which an application may have several. */
export class ConfigServices implements ConfigReader {
  private constructor(private readonly services: readonly ConfigReader[]) {}

  /**
   * What the application has, or nothing without @nestjs/config, which need not be installed.
   *
   * @throws Error if its module is there, but no service: a placeholder would silently take its default
   */
  static among(providers: readonly Wrapper[]): ConfigServices | undefined {
    const services = new Set(
      providers
        .filter(({ token }) => isConfigServiceClass(token))
        .map(({ instance }): unknown => instance)
        .filter(isReader),
    );
    if (services.size > 0) return new ConfigServices([...services]);
    if (providers.some(isOfConfigModule)) throw new Error(NOT_FOUND);
    return undefined;
  }

  /** The first value that one of them has: forFeature and forRoot share theirs, other copies of the package do not. */
  get(path: string): unknown {
    for (const service of this.services) {
      const value = service.get(path);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

const NOT_FOUND =
  'ConfigModule of @nestjs/config is imported, but its ConfigService is not there, or has no get(). Install version 3, 4 ' +
  'or 12 of @nestjs/config, and use TaskLockService no sooner than in onModuleInit';

/** Whether a token is the class that @nestjs/config exports. An application's subclass has no metadata of its own. */
function isConfigServiceClass(token: unknown): boolean {
  if (typeof token !== 'function') return false;
  // An arrow function may be a token, and has no prototype.
  const { getOrThrow } = (token.prototype ?? {}) as { getOrThrow?: unknown };
  if (typeof getOrThrow !== 'function') return false;
  const injected: unknown = Reflect.getOwnMetadata(INJECTED_PARAMETERS, token);
  return (
    Array.isArray(injected) &&
    injected.some(({ param }: { param?: unknown }) => param === CONFIGURATION_TOKEN)
  );
}

/** Whether a provider is the one that ConfigModule makes its service with. Both tokens together are no application's. */
function isOfConfigModule({ token, host }: Wrapper): boolean {
  return (
    typeof token === 'symbol' &&
    token.description === CONFIG_SERVICE &&
    host !== undefined &&
    host.providers.has(CONFIGURATION_TOKEN)
  );
}

function isReader(instance: unknown): instance is ConfigReader {
  return typeof (instance as Partial<ConfigReader> | null | undefined)?.get === 'function';
}
