import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { declarationsOf } from '../../src/tasks/declaration.js';
import { TaskLockTestingModule } from '../../src/testing/index.js';

const EXAMPLES = join(import.meta.dirname, '../../examples/docs');
const FILES = readdirSync(EXAMPLES).filter((file) => /@TaskLock\(/.test(read(file)));

/** A reader copies an example: what a start would refuse must not stand there. */
describe('the tasks of the docs', () => {
  test.each(FILES)('of %s have options that a start accepts', async (file) => {
    const module = (await import(join(EXAMPLES, file))) as Record<string, unknown>;
    const instances = Object.values(module)
      .filter((exported) => typeof exported === 'function')
      .map(({ prototype }): unknown => prototype)
      .filter((prototype) => typeof prototype === 'object' && prototype !== null)
      // Options are read off the class: what its constructor injects is of no account.
      .map((prototype) => Object.create(prototype) as object)
      .filter((instance) => declarationsOf(instance).length > 0);
    expect(instances).not.toHaveLength(0);
    const application = await Test.createTestingModule({
      imports: [TaskLockTestingModule.forRoot({ minHoldFactor: 0.9 })],
      providers: instances.map((instance, nth) => ({ provide: `class ${nth}`, useValue: instance })),
    }).compile();
    await application.init();
    await application.close();
  });
});

function read(file: string): string {
  return file.endsWith('.ts') ? readFileSync(join(EXAMPLES, file), 'utf8') : '';
}
