import { jest } from '@jest/globals';

const REQUIRED = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/core/errors/exceptions/unknown-dependencies.exception',
  '@nestjs/core/injector/injector',
];

// nestjs-cls is CommonJS and requires Nest, which is ES modules only: Node does that, jest on Node 20 does not.
for (const name of REQUIRED) {
  const loaded = (await import(name)) as object;
  jest.mock(name, () => loaded);
}

export const { ClsModule, ClsService, UseCls } = await import('nestjs-cls');
