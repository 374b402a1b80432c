import { type CaseGroup, expecting, holding } from '../case.js';
import { verdict } from '../target.js';
import { FACES, SUBJECTS, UNKNOWN_ID, type World } from '../world.js';

const withKey =
  (key: string) =>
  async ({ target }: World): Promise<string> =>
    verdict(await target.send('GET', SUBJECTS, { headers: { 'x-api-key': key } }));

export const service: CaseGroup = {
  name: 'service',
  cases: [
    holding('GET config without a key tells two limits in bytes', async ({ target }) => {
      const { json } = await target.sendWithoutKey('GET', '/config');
      const limits = [json['clientMaxFileSize'], json['clientMaxBodySize']];
      return limits.every(Number.isInteger) ? null : JSON.stringify(json);
    }),
    expecting('GET config/ with a slash', '200/-', async ({ target }) =>
      verdict(await target.sendWithoutKey('GET', '/config/')),
    ),
    holding('GET consistence/status without a key tells four facts', async ({ target }) => {
      const { json } = await target.sendWithoutKey('GET', '/consistence/status');
      const flags = ['demoFaceCollectionIsInconsistent', 'dbIsInconsistent', 'saveImagesToDB'].map(
        (name) => json[name],
      );
      const isRight = flags.every((flag) => typeof flag === 'boolean') && json['status'] !== undefined;
      return isRight ? null : JSON.stringify(json);
    }),
    expecting('no key', '400/20', async ({ target }) => verdict(await target.sendWithoutKey('GET', SUBJECTS))),
    expecting('no key comes before a body that cannot be read', '400/20', async ({ target }) =>
      verdict(await target.sendWithoutKey('POST', FACES, { body: 'x', headers: { 'content-type': 'text/plain' } })),
    ),
    expecting('a key that is no UUID', '400/26', withKey('abc')),
    expecting('an unknown key', '404/10', withKey(UNKNOWN_ID)),
    holding('the key in capitals is another key', async (world) => {
      const key = world.target.keys.recognition.toUpperCase();
      const got = await withKey(key)(world);
      // One without letters is the same in capitals.
      return key === world.target.keys.recognition || got === '404/10' ? null : got;
    }),
    expecting(
      'a detection key at the recognition service',
      '404/10',
      (world) => withKey(world.target.keys.detection ?? '')(world),
      'detection key',
    ),
    expecting('a recognition key at the detection service', '404/10', async ({ target }) => {
      const headers = { 'x-api-key': target.keys.recognition };
      return verdict(await target.send('POST', '/detection/detect', { headers }));
    }),
    expecting('a recognition key at the verification service', '404/10', async ({ target }) => {
      const headers = { 'x-api-key': target.keys.recognition };
      return verdict(await target.send('POST', '/verification/verify', { headers }));
    }),
    expecting('GET of an unknown route', '404/-', async ({ target }) =>
      verdict(await target.send('GET', '/recognition/nothing-here')),
    ),
    expecting('POST to an unknown route', '404/0', async ({ target }) =>
      verdict(await target.sendJson('POST', '/recognition/nothing-here', {})),
    ),
    expecting('a method that a route does not have', '404/0', async ({ target }) =>
      verdict(await target.sendJson('PATCH', SUBJECTS, {})),
    ),
  ],
};
