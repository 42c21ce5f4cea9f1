export default async function globalTeardown() {
  await globalThis.taskLockPostgres?.stop();
}
