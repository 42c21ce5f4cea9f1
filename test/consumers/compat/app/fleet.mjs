import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PATIENCE = 30_000;
const REPLICA = fileURLToPath(new URL('dist/replica.js', import.meta.url));

/** The replicas of one application, and what they told. */
export class Fleet {
  /** @type {{ replica: string, event: string, [member: string]: unknown }[]} */
  events = [];
  /** @type {Map<string, import('node:child_process').ChildProcess>} */
  #processes = new Map();
  /** @type {Set<() => void>} */
  #readers = new Set();

  /** @param {...string} names */
  async start(...names) {
    for (const REPLICA_NAME of names) {
      const child = fork(REPLICA, { env: { ...process.env, REPLICA: REPLICA_NAME } });
      this.#processes.set(REPLICA_NAME, child);
      child.on('message', (event) => this.#add(event));
      child.on('exit', (code, signal) =>
        this.#add({ replica: REPLICA_NAME, event: 'exit', how: signal ?? code }),
      );
    }
    for (const replica of names) await this.told({ replica, event: 'ready' });
  }

  /** Gives an order, and waits until it is obeyed. @param {string} replica @param {string} order @param {number} [id] */
  async order(replica, order, id) {
    const before = this.events.length;
    this.#processes.get(replica)?.send({ order, id });
    await this.told({ replica, event: 'obeys', order }, before);
  }

  /** Sends a signal. @param {string} replica @param {NodeJS.Signals} signal */
  signal(replica, signal) {
    this.#processes.get(replica)?.kill(signal);
  }

  /**
   * Waits for an event, and returns the first.
   *
   * @param {Record<string, unknown> | ((event: any) => boolean)} wanted its members, or a condition
   * @param {number} [from] the index of the first event to look at
   * @returns {Promise<any>}
   */
  async told(wanted, from = 0) {
    const fits =
      typeof wanted === 'function'
        ? wanted
        : (/** @type {any} */ event) => Object.entries(wanted).every(([key, value]) => event[key] === value);
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    /** @type {(() => void) | undefined} */
    let reader;
    try {
      return await new Promise((resolve, reject) => {
        reader = () => {
          const found = this.events.slice(from).find(fits);
          if (found) resolve(found);
        };
        this.#readers.add(reader);
        timer = setTimeout(() => {
          const what = typeof wanted === 'function' ? wanted : JSON.stringify(wanted);
          const last = this.events.slice(-20).map((event) => JSON.stringify(event));
          reject(
            new Error(`waited ${PATIENCE / 1000} s in vain for ${what}; the last were\n${last.join('\n')}`),
          );
        }, PATIENCE);
        reader();
      });
    } finally {
      clearTimeout(timer);
      if (reader) this.#readers.delete(reader);
    }
  }

  /** The ticks of a task that ran, in order. @param {string} task @returns {number[]} */
  ticksOf(task) {
    const runs = this.events.filter((event) => event.event === 'run' && event['task'] === task);
    return runs.map(({ tick }) => Number(tick)).sort((a, b) => a - b);
  }

  killAll() {
    for (const replica of this.#processes.keys()) this.signal(replica, 'SIGKILL');
  }

  /** @param {any} event */
  #add(event) {
    this.events.push(event);
    for (const read of this.#readers) read();
  }
}
