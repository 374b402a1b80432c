// The part of CompreFace's admin REST API that leads to an API key. Sessions are cookies; Bearer headers are not read.
import { PermanentError } from './permanent-error.mjs';

const CALL_LIMIT_MS = 15_000;
/** The public client of CompreFace's own pages, `CommonClientId:password`; the same in every installation. */
const PUBLIC_CLIENT = `Basic ${Buffer.from('CommonClientId:password').toString('base64')}`;
// Error codes of the admin API; the API proper gives some of the numbers other meanings.
const ALREADY_REGISTERED = 4;
const INSUFFICIENT_PRIVILEGES = 9;
const NAME_TAKEN = 17;

/** @typedef {{ status: number, body: any, cookies: string[] }} Answer */

/** Whether an address answers `{"status":"OK"}`. @param {string} url */
export async function answersOk(url) {
  return (await call(url)).body?.status === 'OK';
}

/** Whether the recognition API takes the key; throws while it cannot say. @param {string} url @param {string} key */
export async function keyWorks(url, key) {
  const { status, body } = await call(`${url}/api/v1/recognition/subjects`, { headers: { 'x-api-key': key } });
  if (status === 200 && Array.isArray(body?.subjects)) return true;
  if (body?.code === 10 || body?.code === 26) return false;
  throw new Error(`the recognition API answers ${status}`);
}

/** A logged-in account. */
export class AdminSession {
  /** @param {string} url @param {string} cookie */
  constructor(url, cookie) {
    this.url = url;
    this.cookie = cookie;
  }

  /** Registers the account unless it is there, and logs in. @param {{ url: string, email: string, password: string }} account */
  static async open({ url, email, password }) {
    await register(url, email, password);
    const form = new URLSearchParams({ grant_type: 'password', username: email, password });
    const login = await call(`${url}/admin/oauth/token`, {
      method: 'POST',
      headers: { authorization: PUBLIC_CLIENT },
      body: form,
    });
    if (login.status === 400 || login.status === 401) {
      throw new PermanentError(
        'CompreFace refuses the login: COMPREFACE_ADMIN_EMAIL and COMPREFACE_ADMIN_PASSWORD are not those of the existing account',
      );
    }
    const cookie = login.cookies.find((one) => one.startsWith('CFSESSION='))?.split(';')[0];
    if (login.status !== 200 || !cookie) throw new Error(`the login answers ${login.status}`);
    return new AdminSession(url, cookie);
  }

  /** The id of the application of that name; made when it is not there. @param {string} name @returns {Promise<string>} */
  async application(name) {
    const known = await this.list('/admin/apps', 'the list of applications');
    return (known.find((one) => one.name === name) ?? (await this.create('/admin/app', { name }, 'the application')))
      .id;
  }

  /** The key of the recognition service of that name. @param {string} applicationId @param {string} name @returns {Promise<string>} */
  async recognitionKey(applicationId, name) {
    const path = `/admin/app/${encodeURIComponent(applicationId)}/model`;
    const known = await this.list(`${path}s`, 'the list of services');
    const found = known.find((one) => one.name === name && one.type === 'RECOGNITION');
    return (found ?? (await this.create(path, { name, type: 'RECOGNITION' }, 'the recognition service'))).apiKey;
  }

  /** @param {string} path @param {string} what */
  async list(path, what) {
    const { status, body } = await call(this.url + path, { headers: { cookie: this.cookie } });
    if (status !== 200 || !Array.isArray(body)) throw new Error(`${what} answers ${status}`);
    return body;
  }

  /** @param {string} path @param {object} wanted @param {string} what */
  async create(path, wanted, what) {
    const { status, body } = await call(this.url + path, {
      method: 'POST',
      headers: { cookie: this.cookie, 'content-type': 'application/json' },
      body: JSON.stringify(wanted),
    });
    if (status === 201 && typeof body?.id === 'string') return body;
    throw refusal(status, body?.code, what);
  }
}

/** @param {string} url @param {string} email @param {string} password */
async function register(url, email, password) {
  // The first account of an installation becomes its owner. Statistics off: on, CompreFace reports to its makers every day.
  const account = { email, password, firstName: 'Training', lastName: 'Manager', isAllowStatistics: false };
  const { status, body } = await call(`${url}/admin/user/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  if (status === 201 || (status === 400 && body?.code === ALREADY_REGISTERED)) return;
  if (status === 200) {
    throw new PermanentError(
      'CompreFace wants the e-mail address confirmed: start compreface-admin with ENABLE_EMAIL_SERVER=false',
    );
  }
  throw refusal(status, body?.code, 'the account');
}

/** @param {number} status @param {unknown} code @param {string} what */
function refusal(status, code, what) {
  if (code === INSUFFICIENT_PRIVILEGES) {
    return new PermanentError(
      'The account may not create applications: only the first account of an installation may. Set COMPREFACE_ADMIN_EMAIL and COMPREFACE_ADMIN_PASSWORD to that one',
    );
  }
  if (code === NAME_TAKEN) return new PermanentError(`CompreFace has ${what} already, but under another account`);
  // The front end answers 404 and 502 while what is behind it starts, without a code.
  if (status >= 400 && status < 500 && Number.isInteger(code)) {
    return new PermanentError(`CompreFace refuses ${what} (status ${status}, code ${code})`);
  }
  return new Error(`${what} answers ${status}`);
}

/** @param {string} url @param {RequestInit} [options] @returns {Promise<Answer>} */
async function call(url, options = {}) {
  // Redirects are not followed: they would carry the password or the key elsewhere.
  const response = await fetch(url, { ...options, redirect: 'manual', signal: AbortSignal.timeout(CALL_LIMIT_MS) });
  const text = await response.text();
  return { status: response.status, body: parsed(text), cookies: response.headers.getSetCookie() };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
