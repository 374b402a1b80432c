// Preloaded into the built service (`node --require typescript-register.cjs --require kill-points.ts dist/main.js`): it dies of SIGKILL
// at a named place of its own code. The service itself knows nothing of this. TEST_KILL_AT is `point:n`, the n-th time that the place is
// reached, or `point:n@17`, counting only work for person 17.
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Where the service can be made to die. */
export const KILL_POINTS = [
  'after-claim',
  'after-intent',
  'during-upload',
  'after-upload',
  'during-record',
  'after-record',
  'during-verify',
  'during-removal',
  'before-finish',
  'after-finish',
  'during-cleanup',
  'after-slot',
] as const;

export type KillPoint = (typeof KILL_POINTS)[number];

/** The environment that makes a spawned service die at a place. */
export function dieAt(point: KillPoint, nth = 1, personId?: number): Record<string, string> {
  const register = join(__dirname, 'typescript-register.cjs');
  return {
    NODE_OPTIONS: `--require ${register} --require ${__filename}`,
    TEST_KILL_AT: `${point}:${nth}${personId === undefined ? '' : `@${personId}`}`,
  };
}

type Work = (this: unknown, ...parameters: unknown[]) => unknown;
type Watch = (outcome: unknown, self: unknown, parameters: readonly unknown[]) => void;

const [wanted, left, person] = (process.env['TEST_KILL_AT'] ?? '').split(/[:@]/);
let remaining = Number(left ?? 1);

function reach(point: KillPoint, personId?: number): void {
  if (point !== wanted || (person !== undefined && Number(person) !== personId)) return;
  remaining -= 1;
  if (remaining === 0) process.kill(process.pid, 'SIGKILL');
}

function prototypeOf(file: string, name: string): Record<string, Work> {
  // The very module that the service loads afterwards.
  const built = createRequire(__filename)(join(__dirname, '../../dist', file)) as Record<
    string,
    { prototype: Record<string, Work> }
  >;
  const found = built[name];
  if (!found) throw new Error(`there is no ${name} in ${file}`);
  return found.prototype;
}

/** Calls `watch` when the method has done its work. */
function after(file: string, name: string, method: string, watch: Watch): void {
  wrap(
    file,
    name,
    method,
    (work) =>
      async function (this: unknown, ...parameters) {
        const outcome = await work.apply(this, parameters);
        watch(outcome, this, parameters);
        return outcome;
      },
  );
}

/** Calls `watch` as soon as the method has begun. */
function upon(file: string, name: string, method: string, watch: Watch): void {
  wrap(
    file,
    name,
    method,
    (work) =>
      function (this: unknown, ...parameters) {
        const outcome = work.apply(this, parameters);
        watch(outcome, this, parameters);
        return outcome;
      },
  );
}

function wrap(file: string, name: string, method: string, around: (work: Work) => Work): void {
  const prototype = prototypeOf(file, name);
  const work = prototype[method];
  if (!work) throw new Error(`${name} has no ${method}: the kill points do not fit the service any more`);
  prototype[method] = around(work);
}

const ENGINE = ['compreface/http/http-face-engine.js', 'HttpFaceEngine'] as const;

function arm(): void {
  after('training/job-store.js', 'JobStore', 'claim', (claim) => {
    if (claim !== null) reach('after-claim', (claim as { personId: number }).personId);
  });
  after('training/ledger.js', 'Ledger', 'announce', () => {
    reach('after-intent');
  });
  upon(...ENGINE, 'addExample', () => {
    setTimeout(() => {
      reach('during-upload');
    }, 3);
  });
  after(...ENGINE, 'addExample', () => {
    reach('after-upload');
  });
  after('training/upload-recorder.js', 'UploadRecorder', 'writeVerdict', () => {
    reach('during-record');
  });
  upon('training/upload-recorder.js', 'UploadRecorder', 'write', (_, recorder) => {
    void (recorder as { writing: Promise<void> }).writing.then(() => {
      reach('after-record');
    });
  });
  after('training/unnamed-examples.js', 'UnnamedExamples', 'among', () => {
    reach('during-verify');
  });
  after(...ENGINE, 'removeExamples', () => {
    reach('during-removal');
  });
  wrap(
    'training/job-store.js',
    'JobStore',
    'finish',
    (work) =>
      async function (this: unknown, ...parameters) {
        reach('before-finish');
        const outcome = await work.apply(this, parameters);
        reach('after-finish');
        return outcome;
      },
  );
  after('training/job-cleanup.js', 'JobCleanup', 'deleteBatch', () => {
    reach('during-cleanup');
  });
  after('training/training-schedule.js', 'TrainingSchedule', 'take', (taken) => {
    if (taken === true) reach('after-slot');
  });
}

if (process.env['TEST_KILL_AT'] !== undefined) arm();
