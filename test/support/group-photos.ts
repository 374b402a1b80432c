import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ApiClient } from './api-client.js';

/** Enrols each face of real group photos, chosen by its box. Returns how many are good enough to be trained. */
export async function enrolGroupPhotos(
  api: ApiClient,
  personId: number,
  photos = ['sample1.jpg', 'sample2.jpg', 'sample3.jpg'],
): Promise<number> {
  const folder = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');
  let count = 0;
  for (const name of photos) {
    const photo = { name, bytes: readFileSync(join(folder, name)) };
    const { body } = await api.upload(`/persons/${personId}/faces`, [photo]);
    const boxes = (body.details?.files[0].boxes ?? []) as {
      x_min: number;
      y_min: number;
      x_max: number;
      y_max: number;
    }[];
    for (const { x_min, y_min, x_max, y_max } of boxes) {
      const { status, body: kept } = await api.upload(`/persons/${personId}/faces`, [photo], {
        box: [x_min, y_min, x_max, y_max].join(','),
      });
      if (status === 201 && kept.faces[0].eligible) count += 1;
    }
  }
  return count;
}
