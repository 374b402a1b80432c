import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { FaceEngine } from '../../src/compreface/face-engine.js';
import { peopleBelow, readDataset } from '../../bench/eval/dataset.js';
import { EvaluatedService } from '../../bench/eval/evaluated-service.js';
import { MIXTURES, mixPhotos } from '../../bench/eval/mixed-photos.js';
import { asDecided, atThreshold, openSet, type OpenSet, rank1Rate } from '../../bench/eval/open-set.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

/** Photos of a folder per person, for evaluation only: they are never part of the repository. */
const FACES = resolve(process.cwd(), '../shared/faces');
const SEED = 'accuracy';
const PATIENCE_MS = 300_000;
/** The pictures of one set are 92 pixels wide. */
const SMALL_FACES = { PHOTO_MIN_FACE_SIDE: '20' };

if (!existsSync(FACES)) console.warn('ACCURACY NOT CHECKED: there is no ../shared/faces beside the repository');
const describeWithPhotos = existsSync(FACES) ? describe : describe.skip;

describeWithPhotos(`people whose photos are half trained, half sent as new ones, and strangers (seed ${SEED})`, () => {
  let t: TestApp;
  let service: EvaluatedService;
  let outcome: OpenSet;

  beforeAll(async () => {
    t = await newTestApp({ embedded: true, environment: SMALL_FACES });
    service = new EvaluatedService(t.api.baseUrl);
    // The pictures of one of the sets are smaller and softer than what is good to train.
    await service.setQualityGate(false);
    outcome = await openSet(service, readDataset(FACES, { seed: SEED, persons: 22, strangers: 5 }));
  }, PATIENCE_MS);
  afterAll(() => t.close());

  it('are named rightly in 97 of 100 new photos', () => {
    expect(outcome.trials.filter(({ answer }) => answer !== null).length).toBeGreaterThan(50);
    expect(rank1Rate(outcome.trials)).toBeGreaterThanOrEqual(97);
  });

  it('are never taken for one another, nor a stranger for one of them, at the defaults', () => {
    const { right, wrong, strangersAssigned } = asDecided(outcome.trials);
    expect({ wrong, strangersAssigned }).toEqual({ wrong: 0, strangersAssigned: 0 });
    expect(right).toBeGreaterThan(0);
  });

  it('are recognised at the recommended threshold at least as well as at the default', () => {
    const recommended = atThreshold(outcome.trials, outcome.summary.recommended_threshold ?? Number.NaN);
    const byDefault = atThreshold(outcome.trials, outcome.summary.at_auto_assign.threshold);
    expect(recommended.wrong + recommended.strangersAssigned).toBeLessThanOrEqual(
      byDefault.wrong + byDefault.strangersAssigned,
    );
    expect(recommended.right).toBeGreaterThanOrEqual(byDefault.right);
  });

  it(
    'are measured without a change of a single byte in the collection',
    async () => {
      const before = await collection();
      expect(before.length).toBe(outcome.photosTrained);
      await service.validateAll();
      expect(await collection()).toEqual(before);
    },
    PATIENCE_MS,
  );

  /** Every example with its subject and a hash of its bytes. */
  async function collection(): Promise<string[]> {
    const engine = t.app.get(FaceEngine);
    const lines: string[] = [];
    for (const { imageId, subject } of await engine.listExamples()) {
      const bytes = (await engine.downloadExample(imageId)) ?? Buffer.alloc(0);
      expect(bytes.length).toBeGreaterThan(0);
      lines.push(`${imageId} ${subject} ${createHash('sha256').update(bytes).digest('hex')}`);
    }
    return lines.sort();
  }
});

describeWithPhotos(`ten wrong photos in another person's set (seed ${SEED})`, () => {
  let t: TestApp;
  let service: EvaluatedService;
  beforeAll(async () => {
    t = await newTestApp({ embedded: true, environment: SMALL_FACES });
    service = new EvaluatedService(t.api.baseUrl);
    await service.setQualityGate(false);
  });
  afterAll(() => t.close());

  it.each(MIXTURES)(
    '%s: nine of ten are named, and at most one right photo of fifty',
    async (mixture) => {
      // Ten different persons take eleven, of whom most need few photos. Each has ten: who keeps three of them lends seven.
      const people = peopleBelow(resolve(FACES, 'orl'))
        .slice(0, mixture === 'of several persons' ? 11 : 4)
        .map(({ name, photos }, index) => ({ name, photos: index < 3 ? photos : photos.slice(0, 4) }));
      const { wrong, wrongNamed, right, rightAccused } = await mixPhotos(service, people, mixture, {
        wrong: 10,
        seed: SEED,
      });
      expect(wrong).toBeGreaterThanOrEqual(6);
      expect(wrongNamed).toBeGreaterThanOrEqual(Math.ceil(wrong * 0.9));
      expect(rightAccused).toBeLessThanOrEqual(Math.ceil(right / 50));
    },
    PATIENCE_MS,
  );
});
