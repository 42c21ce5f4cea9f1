// GraphQL, code first, with Apollo on Express.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApolloDriver } from '@nestjs/apollo';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CONTEXT, GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import { TaskLock } from 'nestjs-task-lock';
import { answerTo, closeDuringRun } from '../close-during-run.js';
import { lockImports } from '../lock-imports.js';
import { OtherReplica } from '../other-replica.js';
import { holdNextRun, work } from '../work.js';

@Injectable()
class Exports {
  @TaskLock('of a service')
  run() {
    return work();
  }
}

@Resolver()
class ExportsResolver {
  constructor(private readonly exports: Exports) {}

  @Query(() => String)
  hello() {
    return 'hello';
  }

  @Mutation(() => String, { nullable: true })
  @TaskLock('nullable')
  nullable() {
    return work();
  }

  @TaskLock('not null')
  @Mutation(() => String)
  notNull() {
    return work();
  }

  @Mutation(() => String)
  @TaskLock('throw', undefined, { overlap: 'throw' })
  throw() {
    return work();
  }

  @Mutation(() => String, { nullable: true })
  ofService() {
    return this.exports.run();
  }
}

@Injectable({ scope: Scope.REQUEST })
@Resolver()
class ScopedResolver {
  constructor(@Inject(CONTEXT) private readonly context: { req: { method: string } }) {}

  @Mutation(() => String)
  @TaskLock('scoped')
  async scoped() {
    return `${await work()} for ${this.context.req.method}`;
  }
}

@Module({
  imports: [
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      includeStacktraceInErrorResponses: false,
    }),
    // After it: the begin of the shutdown is heard before Apollo drains its server.
    ...lockImports(),
  ],
  providers: [Exports, ExportsResolver, ScopedResolver],
})
class ApplicationModule {}

let application: INestApplication;
let other: OtherReplica;
before(async () => {
  other = await OtherReplica.start();
  application = await NestFactory.create(ApplicationModule, { logger: ['warn'], abortOnError: false });
  await application.listen(0, '127.0.0.1');
});
after(() => other.close());

interface Reply {
  data: Record<string, unknown> | null;
  errors?: { message: string }[];
}

/** The data and the texts of the errors. */
async function mutate(field: string): Promise<Pick<Reply, 'data'> & { errors?: string[] }> {
  const response = await fetch(`${await application.getUrl()}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `mutation { ${field} }` }),
  });
  const { data, errors } = (await response.json()) as Reply;
  return { data, ...(errors && { errors: errors.map(({ message }) => message) }) };
}

test('a mutation runs under its lock', async () => {
  assert.deepEqual(await mutate('nullable'), { data: { nullable: 'ran nullable' } });
  assert.deepEqual(await mutate('notNull'), { data: { notNull: 'ran not null' } });
});

test('a mutation that calls a locked service runs under the lock of the service', async () => {
  assert.deepEqual(await mutate('ofService'), { data: { ofService: 'ran of a service' } });
});

test('a skipped call is null where the field may be null', async () => {
  assert.deepEqual(await other.whileHeld('nullable', () => mutate('nullable')), { data: { nullable: null } });
  assert.deepEqual(await other.whileHeld('of a service', () => mutate('ofService')), {
    data: { ofService: null },
  });
});

test('a skipped call is an error of GraphQL, which says nothing of a lock, where the field may not be null', async () => {
  assert.deepEqual(await other.whileHeld('not null', () => mutate('notNull')), {
    data: null,
    errors: ['Cannot return null for non-nullable field Mutation.notNull.'],
  });
});

test('with overlap throw, a held lock is an error with its own text', async () => {
  const { data, errors } = await other.whileHeld('throw', () => mutate('throw'));
  assert.equal(data, null);
  assert.match(errors?.join() ?? '', /^The lock of the task "throw" is held by /);
});

test('a resolver of a request runs under its lock', async () => {
  assert.deepEqual(await mutate('scoped'), { data: { scoped: 'ran scoped for POST' } });
});

test('a shutdown waits for the run, and the caller gets its answer', async () => {
  const answer = await closeDuringRun(application, other, 'nullable', () => mutate('nullable'));
  assert.deepEqual(answer, { value: { data: { nullable: 'ran nullable' } } });
});

test('Apollo ends the connection of a longer run after ten seconds, and the run ends by itself', async () => {
  application = await NestFactory.create(ApplicationModule, { logger: ['warn'], abortOnError: false });
  await application.listen(0, '127.0.0.1');
  const { reached, open } = holdNextRun();
  const answer = answerTo(mutate('nullable'));
  await reached;
  const closed = application.close();
  assert.ok('error' in (await answer), 'the caller has an answer');
  assert.equal((await other.row('nullable'))?.running, true);
  open();
  await closed;
  assert.deepEqual(await other.row('nullable'), { outcome: 'succeeded', running: false });
});
