/** Stops the private MariaDB and removes its data. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.testMariaDb?.stop();
}
