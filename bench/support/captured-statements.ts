import pg from 'pg';
import type { TaskLockService } from 'nestjs-task-lock';
import type { Sent } from './for-another.js';

/** What one run sends, to send it again without the package: how much of a run's cost the statements are. */
export interface CapturedStatements {
  claim: Sent;
  release: Sent;
}

/** Both messages of the protocol, as the driver writes them: whatever object sends a statement, these it calls. */
interface Wire {
  parse: (this: Wire, message: { name?: string; text: string }) => void;
  bind: (this: Wire, message: { statement?: string; values?: unknown[] }) => void;
}

/** Writes down the claim and the release of the first run on a connection: later ones are not parsed again. */
export async function captureStatements(
  service: TaskLockService,
  task: Parameters<TaskLockService['run']>[0],
): Promise<CapturedStatements> {
  const wire = (pg as unknown as { Connection: { prototype: Wire } }).Connection.prototype;
  const { parse, bind } = wire;
  const texts = new Map<string, string>();
  const sent: Sent[] = [];
  wire.parse = function (message) {
    texts.set(message.name ?? '', message.text);
    parse.call(this, message);
  };
  wire.bind = function (message) {
    const name = message.statement ?? '';
    sent.push({ name, text: texts.get(name) ?? '', values: message.values ?? [] });
    bind.call(this, message);
  };
  try {
    await service.run(task, () => {});
  } finally {
    Object.assign(wire, { parse, bind });
  }
  const [claim, release] = sent.slice(-2);
  if (!claim?.text || !release?.text)
    throw new Error('a claim and a release were not seen being parsed: capture them on a fresh connection');
  return { claim, release };
}
