import { exclusionWhenConfirmed } from './face-state.js';

describe('a face of which somebody has said whose it is', () => {
  it.each([
    ['is trained when its quality is good enough', null, null, null],
    ['is kept out when its quality is too low', 'too_small', null, 'poor_quality'],
    ['is trained with too low a quality when somebody wants it so', 'too_small', new Date(0), null],
    ['stays in when somebody wanted it before it became good enough', null, new Date(0), null],
  ])('%s', (_, qualityRefusal, trainAnywayAt, expected) => {
    expect(exclusionWhenConfirmed({ qualityRefusal, trainAnywayAt })).toBe(expected);
  });
});
