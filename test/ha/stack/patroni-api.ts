/** What `GET /cluster` says of one node. */
export interface Member {
  name: string;
  role: string;
  state: string;
  timeline?: number;
  lag?: number | string;
}

const PATIENCE = 3_000;

export async function membersBy(port: number): Promise<Member[]> {
  const { members } = (await ask(port, 'GET', '/cluster')) as { members: Member[] };
  return members;
}

/** Changes the configuration of the whole cluster, as `patronictl edit-config` does. */
export async function configure(port: number, settings: Record<string, unknown>): Promise<void> {
  await ask(port, 'PATCH', '/config', settings);
}

/** Makes another node the primary, in order; answers when it is. */
export async function switchOver(port: number, leader: string): Promise<void> {
  await ask(port, 'POST', '/switchover', { leader }, 60_000);
}

async function ask(
  port: number,
  method: string,
  path: string,
  body?: unknown,
  patience = PATIENCE,
): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(patience),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Patroni answers ${response.status} to ${method} ${path}: ${text}`);
  return text.startsWith('{') ? JSON.parse(text) : text;
}
