import pg from 'pg';
import type { TaskLockService } from 'nestjs-task-lock';

interface Sent {
  name?: string;
  text: string;
  values: unknown[];
}

/** What one run sends, to send it again without the package: how much of a run's cost the statements are. */
export interface CapturedStatements {
  claim: Sent;
  release: Sent;
}

/** Writes down the claim and the release of one run, as the driver gets them. */
export async function captureStatements(
  service: TaskLockService,
  task: Parameters<TaskLockService['run']>[0],
): Promise<CapturedStatements> {
  const prototype = pg.Client.prototype as unknown as Record<'query', (...args: unknown[]) => unknown>;
  const { query } = prototype;
  const sent: Sent[] = [];
  prototype.query = function (this: unknown, ...args: unknown[]): unknown {
    sent.push(args[0] as Sent);
    return Reflect.apply(query, this, args);
  };
  try {
    await service.run(task, () => {});
  } finally {
    prototype.query = query;
  }
  const [claim, release] = sent.slice(-2);
  return { claim: claim!, release: release! };
}

/** The same statement for another claim: with another token, and where there is one another tick. */
export function forAnother({ name, text, values }: Sent, token: string, tick?: Date): Sent {
  const replaced = values.map((value) => {
    if (typeof value !== 'string') return value;
    if (UUID.test(value)) return token;
    return tick !== undefined && INSTANT.test(value) ? tick.toISOString() : value;
  });
  return { name, text, values: replaced };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT/;
