export default async function stopPostgres() {
  await globalThis.taskLockPostgres?.stop();
}
