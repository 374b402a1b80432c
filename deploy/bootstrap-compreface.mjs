// Gets an API key out of a fresh CompreFace, so that nobody has to click: account, application, recognition service, over the same
// REST API as its own pages use (CompreFace 1.2.0). May run again at any time: what is there by name is used again.
// Needs Node 20 and nothing else. Neither the key, nor the password, nor what CompreFace answers is ever printed.
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdminSession, answersOk, keyWorks } from './compreface-admin.mjs';
import { PermanentError } from './permanent-error.mjs';

/**
 * @typedef {object} Settings
 * @property {string} url CompreFace through its own front end, without `/api/v1`
 * @property {string} email of the account; lower case, because CompreFace looks it up so
 * @property {string} password
 * @property {string} application name of the application
 * @property {string} service name of its recognition service
 * @property {string} keyFile where the key goes
 * @property {number} timeLimitMs for everything
 * @property {number} retryMs between two tries
 */

/** @param {NodeJS.ProcessEnv} env @returns {Settings} */
function readSettings(env) {
  const missing = ['COMPREFACE_URL', 'COMPREFACE_ADMIN_EMAIL', 'COMPREFACE_ADMIN_PASSWORD', 'COMPREFACE_API_KEY_FILE'];
  const unset = missing.filter((name) => !env[name]?.trim());
  if (unset.length > 0) throw new PermanentError(`Set ${unset.join(', ')}`);
  return {
    url: new URL(env.COMPREFACE_URL).href.replace(/\/+$/, ''),
    email: env.COMPREFACE_ADMIN_EMAIL.trim().toLowerCase(),
    password: env.COMPREFACE_ADMIN_PASSWORD,
    application: env.COMPREFACE_APPLICATION || 'training-manager',
    service: env.COMPREFACE_SERVICE || 'training-manager',
    keyFile: env.COMPREFACE_API_KEY_FILE,
    timeLimitMs: Number(env.COMPREFACE_BOOTSTRAP_LIMIT_SECONDS || 600) * 1000,
    retryMs: Number(env.COMPREFACE_BOOTSTRAP_RETRY_MS || 3000),
  };
}

/** One try; throws PermanentError when another try cannot help, and anything else when it may. */
async function bootstrap(/** @type {Settings} */ settings) {
  await requireReady(settings);
  const known = await readFile(settings.keyFile, 'utf8').catch(() => '');
  if (known && (await keyWorks(settings.url, known.trim()))) return 'The key that is there already works';
  const session = await AdminSession.open(settings);
  const applicationId = await session.application(settings.application);
  const key = await session.recognitionKey(applicationId, settings.service);
  if (!(await keyWorks(settings.url, key))) throw new Error('CompreFace does not accept its new key yet');
  await store(key, settings.keyFile);
  return `The key of the recognition service "${settings.service}" is in place`;
}

async function requireReady({ url }) {
  // It answers 200 while it is not ready: the body tells.
  if (!(await answersOk(`${url}/admin/status`))) throw new Error('CompreFace is not ready yet');
}

/** Readers see the old file or the whole new one, and only our own user sees it at all. */
async function store(/** @type {string} */ key, /** @type {string} */ file) {
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, `${key}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, file);
}

/** Tries until it is done, cannot be done, or the time is up. */
async function main() {
  const settings = readSettings(process.env);
  const deadline = performance.now() + settings.timeLimitMs;
  for (let last = ''; ;) {
    try {
      console.log(await bootstrap(settings));
      return;
    } catch (error) {
      if (error instanceof PermanentError) throw error;
      const reason = reasonOf(error);
      if (performance.now() + settings.retryMs > deadline) {
        throw new PermanentError(
          `Gave up after ${settings.timeLimitMs / 1000} s: ${reason}. Look at the logs of compreface-admin and compreface-api`,
        );
      }
      if (reason !== last) console.log(`Waiting: ${reason}`);
      last = reason;
      await sleep(settings.retryMs);
    }
  }
}

/** Errors of the file system and of fetch carry paths and addresses; those have codes. */
function reasonOf(/** @type {any} */ error) {
  const code = error?.cause?.code ?? error?.code;
  if (code === 'EACCES' || code === 'EROFS' || code === 'ENOENT') return `the key file cannot be written (${code})`;
  if (error?.name === 'TimeoutError') return 'CompreFace does not answer in time';
  if (error?.message === 'fetch failed') return `CompreFace cannot be reached (${code ?? 'no reason given'})`;
  return error instanceof Error ? error.message : 'unknown';
}

main().catch((error) => {
  console.error(error instanceof PermanentError ? error.message : reasonOf(error));
  process.exitCode = 1;
});
