import sharp from 'sharp';
import { In } from 'typeorm';
import { Database } from '../../src/database/database.js';
import { FaceDecision } from '../../src/persons/decisions/face-decision.entity.js';
import { Person } from '../../src/persons/entities/person.entity.js';
import { RecognitionLoop } from '../../src/recognition/again/recognition-loop.js';
import { PhotoFaces } from '../../src/recognition/library/photo-faces.js';
import type { ApiAnswer } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import type { FacePhotoOptions } from '../support/face-photos.js';
import { faults } from '../support/fake-compreface/faults.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { aTrainedPerson, sendPhoto } from '../support/recognition-setup.js';
import { loseImage } from '../support/stored-files.js';
import { minutes } from '../support/test-clock.js';

/** The loop of the application looks only when a test tells it to. */
const BY_HAND = { environment: { TRAINING_REAP_MS: '600000' } };

describe.each(databases)(
  'crops that cannot be compared, or not as expected, when faces are looked at again, on $name',
  (database) => {
    let t: TestApp;

    beforeAll(async () => {
      t = await newTestApp({ database, ...BY_HAND });
    });
    beforeEach(async () => {
      for (const { id } of (await t.api.get('/persons?limit=200')).body.persons as { id: number }[])
        await t.api.delete(`/persons/${id}`);
      for (const { id } of (await t.api.get('/photos?limit=200')).body.photos as { id: number }[])
        await t.api.delete(`/photos/${id}`);
    });
    afterEach(() => t.fake.clearScript());
    afterAll(() => t.close());

    const send = async (options: FacePhotoOptions): Promise<ApiAnswer['body']> =>
      (await sendPhoto(t.api, options)).body;
    const face = async (photoId: number): Promise<ApiAnswer['body']> =>
      (await t.api.get(`/photos/${photoId}`)).body.faces[0];
    const loop = (): Promise<number> => t.app.get(RecognitionLoop).runOnce();
    /** Rounds of the loop until there is nothing to do. */
    const settle = async (): Promise<void> => {
      while ((await loop()) > 0);
    };

    it('a waiting photo whose file is missing holds up neither the photos behind it nor the faces that wait', async () => {
      const { photo: known } = await send({ person: 10 });
      await t.fake.script({ route: 'recognize', ...faults.coreRefused });
      const { photo: lost } = await send({ person: 11 });
      const { photo: next } = await send({ person: 12 });
      await t.fake.clearScript();
      await loseImage(t, `/photos/${lost.id as number}/image`);
      const anna = await aTrainedPerson(t.api, 10);
      t.clock.advance(minutes(1));
      await loop();
      expect((await t.api.get(`/photos/${next.id as number}`)).body.photo).toMatchObject({ state: 'examined' });
      expect((await t.api.get(`/photos/${lost.id as number}`)).body.photo).toMatchObject({ state: 'pending' });
      expect(await face(known.id as number)).toMatchObject({ person_id: anna });
    });

    it('a face that was a person’s is looked at again after a training, although it was never compared', async () => {
      const ben = await t.api.aPerson();
      const [faceId] = await t.api.addFaces(ben, 1, 10, 70);
      await t.api.delete(`/faces/${faceId!}/person`);
      const anna = await aTrainedPerson(t.api, 10);
      await settle();
      expect((await t.api.get(`/faces/${faceId!}`)).body).toMatchObject({ face: { person_id: anna } });
    });

    it('a face whose crop is missing is looked at when the file is there again', async () => {
      const { photo, faces } = await send({ person: 10 });
      const bringBack = await loseImage(t, `/faces/${faces[0].id as number}/image`);
      const anna = await aTrainedPerson(t.api, 10);
      await settle();
      expect(await face(photo.id as number)).toMatchObject({ review: 'unidentified', person_id: null });
      bringBack();
      t.clock.advance(minutes(11));
      await settle();
      expect(await face(photo.id as number)).toMatchObject({ person_id: anna });
    });

    it('a crop on which CompreFace breaks is tried a second time before anything is said of it', async () => {
      const { photo } = await send({ person: 10 });
      const anna = await aTrainedPerson(t.api, 10);
      await t.fake.script({ route: 'recognize', times: 1, ...faults.coreCrash });
      await settle();
      expect(await face(photo.id as number)).toMatchObject({ person_id: null });
      t.clock.advance(minutes(1));
      await settle();
      expect(await face(photo.id as number)).toMatchObject({ person_id: anna });
    });

    it('a crop on which CompreFace breaks twice is left alone until the next training', async () => {
      await send({ person: 10 });
      await aTrainedPerson(t.api, 10);
      await t.fake.script({ route: 'recognize', ...faults.coreCrash });
      await settle();
      t.clock.advance(minutes(1));
      expect(await loop()).toBe(1);
      t.clock.advance(minutes(1));
      expect(await loop()).toBe(0);
    });

    it('a decision names the calculator, although CompreFace refused another crop of the photo', async () => {
      const { faces } = await send({ person: 10, faces: [11, 10], width: 700, height: 700 });
      await aTrainedPerson(t.api, 10);
      await t.fake.script({ route: 'recognize', times: 1, takesEffect: 'no', answer: 'too-large-html' });
      await settle();
      const decisions = await t.app.get(Database).reader.find(FaceDecision, {
        where: { faceId: In((faces as { id: number }[]).map(({ id }) => id)), outcome: 'assigned' },
      });
      expect(decisions.map(({ calculator }) => calculator)).toEqual([expect.stringContaining('Calculator')]);
    });

    it('it is the face in the middle of a crop that is compared, not the biggest one', async () => {
      const disc = (x: number, y: number, radius: number, hue: number): string =>
        `<circle cx="${x}" cy="${y}" r="${radius}" fill="hsl(${hue}, 90%, 50%)"/>`;
      const drawn = disc(200, 200, 60, 40) + disc(85, 85, 80, 200);
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"><rect width="100%" height="100%" fill="#808080"/>${drawn}</svg>`;
      const anna = await aTrainedPerson(t.api, 10);
      await aTrainedPerson(t.api, 50);
      const { subject } = await t.app.get(Database).reader.findOneByOrFail(Person, { id: anna });
      const { matches } = await t.app.get(PhotoFaces).match(await sharp(Buffer.from(svg)).jpeg().toBuffer());
      expect(matches?.[0]).toMatchObject({ subject });
    });
  },
);
