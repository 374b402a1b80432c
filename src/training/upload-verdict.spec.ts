import type { AddOutcome } from '../compreface/face-engine.js';
import { judgeUpload } from './upload-verdict.js';

const unavailable: AddOutcome = { kind: 'unavailable', reason: 'unreachable', message: 'away', retryAfterMs: null };

describe('the verdict on an upload', () => {
  it('takes the id of what was stored', () => {
    expect(judgeUpload({ kind: 'stored', imageId: 'x' }, false)).toEqual({ kind: 'added', imageId: 'x' });
  });

  it.each([
    ['no_face', 'NO_FACE'],
    ['several_faces', 'SEVERAL_FACES'],
    ['unsupported_image', 'UNSUPPORTED_IMAGE'],
    ['image_too_large', 'IMAGE_TOO_LARGE'],
  ] as const)('rejects a photo for good when it is at fault itself (%s)', (code, shown) => {
    expect(judgeUpload({ kind: 'rejected', code, message: '' }, false)).toMatchObject({
      kind: 'rejected',
      code: shown,
    });
  });

  it('tries a photo on which CompreFace broke once more, then rejects it', () => {
    expect(judgeUpload({ kind: 'suspect', message: '' }, false)).toEqual({ kind: 'again' });
    expect(judgeUpload({ kind: 'suspect', message: '' }, true)).toMatchObject({
      kind: 'rejected',
      code: 'SERVICE_REFUSED',
    });
  });

  it('never blames a photo for a service that is away or misconfigured', () => {
    expect(judgeUpload(unavailable, true)).toMatchObject({ kind: 'outage' });
    expect(judgeUpload({ kind: 'misconfigured', message: '', suggestion: '' }, true)).toMatchObject({ kind: 'outage' });
    expect(judgeUpload({ kind: 'unknown', message: '' }, true)).toMatchObject({ kind: 'unknown' });
  });
});
