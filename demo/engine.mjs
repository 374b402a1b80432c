import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { postImage, succeeded } from './api.mjs';

/** CompreFace's answer to an image without a face. */
const NO_FACE = 28;

/**
 * The embedded engine speaks CompreFace's own protocol, so it can be asked like any CompreFace: by its recognition route, with the key
 * that it keeps in the data folder.
 */
export async function openEngine(api, dataDir) {
  const { url } = await api.get('/compreface/status');
  const keys = JSON.parse(await readFile(join(dataDir, 'compreface', 'api-keys.json'), 'utf8'));
  const route = `${url}/api/v1/recognition/recognize?limit=0`;
  return {
    /** The faces of an image, each with the subjects of the nearest examples, best first: a subject stands once for each example. */
    recognize: async (image, exampleCount) => {
      const { status, answer } = await postImage(
        `${route}&prediction_count=${exampleCount}`,
        { 'x-api-key': keys.recognition },
        image,
      );
      return answer.code === NO_FACE ? [] : succeeded({ status, answer }).result;
    },
  };
}
