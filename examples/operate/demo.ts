import { fileURLToPath } from 'node:url';
import { InterruptedError, interruption, unlessAborted } from '../replicas/interruption.js';
import { withShopDatabase } from './shop-database.js';
import { Shop } from './shop.js';
import { makeTrouble } from './troubles.js';

// A shop whose tasks are in trouble, to look at with the command line. It stays until Ctrl-C.

const signal = interruption();
const cli = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const print = (text: string): void => console.log(text);

try {
  await withShopDatabase(signal, async (url, database) => {
    print('A database is up; the replicas of a shop start, which takes a minute');
    const shop = new Shop(url);
    try {
      await unlessAborted(makeTrouble(shop, database, signal, print), signal);
      print(`\nReady. In another shell:\n\n  export DATABASE_URL=${url}`);
      print(`  alias nestjs-task-lock="node ${cli}"\n  nestjs-task-lock list\n\nCtrl-C ends it all.`);
      await unlessAborted(new Promise<never>(() => undefined), signal);
    } finally {
      await shop.killAll();
    }
  });
} catch (error) {
  if (error instanceof InterruptedError) {
    process.exitCode = error.exitCode;
  } else {
    console.error(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
