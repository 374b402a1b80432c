import { FaceRecords } from '../../src/persons/photos/face-records.js';
import { databases } from '../support/databases.js';
import { aFacePhoto } from '../support/face-photos.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

describe.each(databases)('a photo that is deleted while the same one comes again, on $name', (database) => {
  let t: TestApp;

  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterAll(() => t.close());

  it('leaves the new one with its files', async () => {
    const [first, second] = [await t.api.aPerson(), await t.api.aPerson()];
    const file = { name: 'photo.jpg', bytes: await aFacePhoto({ person: 10 }) };
    const earlier = (await t.api.upload(`/persons/${first}/faces`, [file])).body.files[0].face_id as number;
    const records = t.app.get(FaceRecords);
    const addReady = records.addReady.bind(records);
    // The new one has found the files on the disk, and its row is not written yet.
    const deleting = jest.spyOn(records, 'addReady').mockImplementationOnce(async (...args) => {
      expect(await t.api.delete(`/faces/${earlier}`)).toMatchObject({ status: 200 });
      return addReady(...args);
    });
    const { body } = await t.api.upload(`/persons/${second}/faces`, [file]);
    deleting.mockRestore();
    const { face_id: faceId } = body.files[0] as { face_id: number };
    const { face } = (await t.api.get(`/faces/${faceId}`)).body as { face: { photo_id: number } };
    expect(await t.api.get(`/faces/${faceId}/image`)).toMatchObject({ status: 200 });
    expect(await t.api.get(`/photos/${face.photo_id}/image`)).toMatchObject({ status: 200 });
  });
});
