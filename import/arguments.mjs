import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ExpectedError } from '../demo/expected-error.mjs';

export const USAGE = `npm run import -- FOLDER [options]
  Sends all photos below FOLDER to the service, which recognises the people in them.
  --by-folder        each folder inside FOLDER is a person of that name, made where there is none; its photos are the person's
  --url URL          where the service is; default http://127.0.0.1:9000
  --dry-run          say what would be sent, and send nothing
  --report FILE      write one verdict for each file, as lines of JSON
  --journal FILE     where it is noted what is done; default FOLDER/.import-journal.jsonl
  --again            forget the journal and send everything again; the service keeps no photo twice
  --concurrency N    requests at once, 1..16; default 2
  --patience SECONDS how long to wait for a service that does not answer; default 120
  --help             show this
  Stopped in the middle, the same command goes on where it was.
  Exit code: 0 all photos are in; 1 some were refused; 2 it could not be finished.`;

const OPTIONS = {
  'by-folder': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  again: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  url: { type: 'string', default: 'http://127.0.0.1:9000' },
  report: { type: 'string' },
  journal: { type: 'string' },
  concurrency: { type: 'string', default: '2' },
  patience: { type: 'string', default: '120' },
};

/** Reads the command line. npm runs scripts in the folder of the package; relative paths are meant from where npm was called. */
export function readArguments(args) {
  const { values, positionals } = parsed(args);
  if (values.help) return { help: true };
  if (positionals.length !== 1) throw new ExpectedError(`Name one folder of photos.\n\n${USAGE}`);
  const folder = fromCaller(positionals[0]);
  return {
    help: false,
    folder,
    byFolder: values['by-folder'],
    dryRun: values['dry-run'],
    again: values.again,
    url: serviceUrl(values.url),
    report: values.report === undefined ? null : fromCaller(values.report),
    journal: values.journal === undefined ? resolve(folder, '.import-journal.jsonl') : fromCaller(values.journal),
    concurrency: wholeNumber('--concurrency', values.concurrency, 1, 16),
    patienceMs: wholeNumber('--patience', values.patience, 0, 86_400) * 1000,
  };
}

function parsed(args) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ExpectedError(`${error.message}\n\n${USAGE}`);
  }
}

function fromCaller(path) {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

function serviceUrl(text) {
  try {
    const url = new URL(text);
    if (/^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
  } catch {
    // Said below.
  }
  throw new ExpectedError(`--url must be an address such as http://127.0.0.1:9000, not ${text}`);
}

function wholeNumber(name, text, least, most) {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new ExpectedError(`${name} must be a whole number from ${least} to ${most}, not ${text}`);
}
