import { databases } from '../support/databases.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { freshBytes, sendFile } from '../support/recognition-setup.js';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.js';
import { keptImages } from '../support/stored-files.js';

const disk = mountSmallDisk(8);
disk?.remove();

(disk ? describe : describe.skip).each(databases)(
  'a photo to recognise while the disk is full, on $name,',
  (database) => {
    let t: TestApp;
    let small: SmallDisk;

    beforeAll(async () => {
      small = mountSmallDisk(8)!;
      t = await newTestApp({ database, environment: { DATA_DIR: small.folder } });
    });
    afterAll(async () => {
      small.free();
      await t.close();
      small.remove();
    });

    it('is 507, nothing is half stored, and the same photo is taken when there is room again', async () => {
      const bytes = await freshBytes({ person: 1 });
      small.fill();
      expect(await sendFile(t.api, bytes)).toMatchObject({ status: 507, body: { code: 'INSUFFICIENT_STORAGE' } });
      expect([...keptImages(small.folder).keys()]).toEqual([]);
      expect((await t.api.get('/photos')).body).toEqual({ photos: [], total: 0 });
      small.free();
      expect(await sendFile(t.api, bytes)).toMatchObject({ status: 201, body: { duplicate: false } });
    });
  },
);
