import { rmSync, writeFileSync } from 'node:fs';
import { aFacePhoto } from '../../support/face-photos.js';
import { Findings, type Proof } from '../proof.js';
import { jobRow, until } from '../rig/jobs.js';
import { aCrop, type Crop, cropPath, someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

interface Kind {
  readonly name: string;
  readonly share: number;
  readonly outcome: string;
  readonly code: string;
  readonly make: (count: number) => Promise<Crop[]>;
  /** What befalls the stored crop. */
  readonly spoil?: (path: string) => void;
}

const tagged = (bytes: Buffer, tag: string, count: number): Crop[] =>
  Array.from({ length: count }, (_, index) => aCrop(Buffer.concat([bytes, Buffer.from(`\n${tag}/${index}`)])));

const photo = (options: Partial<Parameters<typeof aFacePhoto>[0]>): Promise<Buffer> =>
  aFacePhoto({ person: 2, width: 160, height: 120, ...options });

/** Nine ways in which a photo can be bad; 137 of 1,000 together. */
const KINDS: readonly Kind[] = [
  {
    name: 'no face',
    share: 20,
    outcome: 'rejected',
    code: 'NO_FACE',
    make: async (n) => tagged(await photo({ faces: 0 }), 'none', n),
  },
  {
    name: 'two faces',
    share: 20,
    outcome: 'rejected',
    code: 'SEVERAL_FACES',
    make: async (n) => tagged(await photo({ faces: 2, width: 320 }), 'two', n),
  },
  {
    name: 'no face when added',
    share: 20,
    outcome: 'rejected',
    code: 'NO_FACE',
    make: (n) => someCrops(n, 3, { mark: 'no-face-when-added' }),
  },
  {
    name: 'breaks the core',
    share: 20,
    outcome: 'rejected',
    code: 'SERVICE_REFUSED',
    make: (n) => someCrops(n, 4, { mark: 'crashes-when-added' }),
  },
  {
    name: 'no picture',
    share: 17,
    outcome: 'rejected',
    code: 'NO_FACE',
    make: (n) => Promise.resolve(tagged(Buffer.from('no picture at all'), 'text', n)),
  },
  {
    name: 'cut off',
    share: 15,
    outcome: 'rejected',
    code: 'NO_FACE',
    make: async (n) => tagged((await photo({})).subarray(0, 60), 'cut', n),
  },
  {
    name: 'too large',
    share: 5,
    outcome: 'rejected',
    code: 'IMAGE_TOO_LARGE',
    make: async (n) => tagged(Buffer.concat([await photo({}), Buffer.alloc(5 * 2 ** 20)]), 'large', n),
  },
  {
    name: 'file missing',
    share: 10,
    outcome: 'failed',
    code: 'FILE_MISSING',
    make: (n) => someCrops(n, 5),
    spoil: (path) => {
      rmSync(path);
    },
  },
  {
    name: 'file changed',
    share: 10,
    outcome: 'failed',
    code: 'FILE_MISSING',
    make: (n) => someCrops(n, 6),
    spoil: (path) => {
      writeFileSync(path, 'another');
    },
  },
];

interface Outcome {
  readonly content_hash: string;
  readonly outcome: string;
  readonly reason_code: string | null;
  readonly reason_message: string | null;
}

function compare(
  bad: readonly { readonly kind: Kind; readonly crops: readonly Crop[] }[],
  good: readonly Crop[],
  outcomes: ReadonlyMap<string, Outcome>,
  findings: Findings,
): void {
  for (const { kind, crops } of bad) {
    for (const { hash } of crops) {
      const face = outcomes.get(hash);
      const said = `${face?.outcome} ${face?.reason_code}`;
      findings.expect(said === `${kind.outcome} ${kind.code}`, `${kind.name}: ${said}`);
      findings.expect((face?.reason_message ?? '') !== '', `${kind.name}: without a reason in words`);
    }
  }
  for (const { hash } of good) {
    const said = outcomes.get(hash)?.outcome;
    findings.expect(said === 'added', `a good photo is ${said}`);
  }
}

export const badPhotos: Proof = {
  id: 'P12',
  promise: 'A bad photo never fails the job, and each says why it was not trained',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const rig = await Rig.open(context.database, { fake: { capacity: 8, latencyMs: 2 } });
    const findings = new Findings();
    try {
      const app = await rig.host();
      const bad = await Promise.all(
        KINDS.map(async (kind) => ({ kind, crops: await kind.make(context.count(kind.share)) })),
      );
      const good = await someCrops(context.count(863, 20), 7);
      const crops = [...good, ...bad.flatMap((some) => some.crops)].sort((a, b) => (a.hash < b.hash ? -1 : 1));
      const [person] = await rig.seed(1, crops);
      for (const { kind, crops: some } of bad)
        some.forEach(({ hash }) => kind.spoil?.(cropPath(rig.place.dataDir, hash)));
      const sql = await rig.sql();
      const id = (await app.api.post(`/persons/${person!.id}/train`, {})).body.trainingId as number;
      await until(
        async () => !['pending', 'running'].includes((await jobRow(sql, id)).state),
        120_000,
        async () => `the job does not end: ${JSON.stringify(await jobRow(sql, id))}`,
      );
      const job = await jobRow(sql, id);
      findings.expect(
        job.state === 'completed' && job.faces_added === good.length,
        `the job is ${job.state} with ${job.faces_added} of ${good.length} good photos`,
      );
      const faces = await sql.all<Outcome>(
        'SELECT content_hash, outcome, reason_code, reason_message FROM job_face WHERE job_id = ?',
        [id],
      );
      const outcomeOf = new Map(faces.map((face) => [face.content_hash, face]));
      compare(bad, good, outcomeOf, findings);
      findings.fail(...(await rig.violations()));
      findings.remark(
        `${good.length} good photos and ${crops.length - good.length} bad ones of ${KINDS.length} kinds: ${KINDS.map(({ name }) => name).join(', ')}`,
      );
      return findings.result(crops.length);
    } finally {
      await rig.close();
    }
  },
};
