import type { FaceMeasures } from './face-measures.js';
import { DEFAULT_LIMITS, issuesOf, type QualityLimits, refusalOf } from './quality-rules.js';

const GOOD: FaceMeasures = {
  face_side: 200,
  sharpness: 500,
  brightness: 140,
  contrast: 40,
  clipped_dark: 0,
  clipped_bright: 0,
  yaw: 5,
  pitch: -5,
  roll: 2,
  probability: 0.99,
};

const codes = (measures: Partial<FaceMeasures>, limits: Partial<QualityLimits> = {}): string[] =>
  issuesOf({ ...GOOD, ...measures }, null, { ...DEFAULT_LIMITS, ...limits }).map(({ code }) => code);

describe('the quality of a face', () => {
  it('is good when nothing is wrong', () => {
    expect(codes({})).toEqual([]);
  });

  it.each([
    ['TOO_SMALL', { face_side: 39 }, { face_side: 40 }],
    ['BLURRED', { sharpness: 27.9 }, { sharpness: 28 }],
    ['TOO_DARK', { brightness: 24.9 }, { brightness: 25 }],
    ['TOO_DARK', { clipped_dark: 0.51 }, { clipped_dark: 0.25 }],
    ['TOO_BRIGHT', { brightness: 230.1 }, { brightness: 230 }],
    ['TOO_BRIGHT', { clipped_bright: 0.51 }, { clipped_bright: 0.25 }],
    ['LOW_CONTRAST', { contrast: 9.9 }, { contrast: 10 }],
    ['TURNED_AWAY', { yaw: -45.1 }, { yaw: -45 }],
    ['TURNED_AWAY', { yaw: 45.1 }, { yaw: 45 }],
    ['TURNED_AWAY', { pitch: 35.1 }, { pitch: 35 }],
    ['TURNED_AWAY', { pitch: -35.1 }, { pitch: -35 }],
  ] as const)('is refused as %s by %j and not by %j', (code, beyond, within) => {
    expect(codes(beyond)).toEqual([code]);
    expect(codes(within)).toEqual([]);
  });

  it.each([
    [{ minFaceSide: 201 }, 'TOO_SMALL'],
    [{ minSharpness: 501 }, 'BLURRED'],
    [{ minBrightness: 141 }, 'TOO_DARK'],
    [{ maxBrightness: 139 }, 'TOO_BRIGHT'],
    [{ minContrast: 41 }, 'LOW_CONTRAST'],
    [{ maxYaw: 4 }, 'TURNED_AWAY'],
    [{ maxPitch: 4 }, 'TURNED_AWAY'],
  ] as const)('is judged by the limits of the installation: %j makes it %s', (limits, code) => {
    expect(codes({}, limits)).toEqual([code]);
  });

  it('does not suffer from an engine that tells no pose', () => {
    expect(codes({ yaw: null, pitch: null, roll: null })).toEqual([]);
  });

  it('names all that is wrong, refusals first', () => {
    const likeness = { nearly_identical_to: 7, looks_like: { person_id: 3, face_id: 9, similarity: 0.914 } };
    const issues = issuesOf({ ...GOOD, sharpness: 3, clipped_bright: 0.4 }, likeness, DEFAULT_LIMITS);
    expect(issues.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'BLURRED refusal',
      'PARTLY_WHITE warning',
      'NEARLY_IDENTICAL warning',
      'LOOKS_LIKE_SOMEBODY_ELSE warning',
    ]);
    expect(issues.map(({ message }) => message).join('\n')).toMatch(
      /40 %[^]*face 7[^]*person 3 \(face 9, similarity 0\.91\)/,
    );
  });

  it('says how far and which way a face is turned', () => {
    const message = (measures: Partial<FaceMeasures>): string | undefined =>
      issuesOf({ ...GOOD, ...measures }, null, DEFAULT_LIMITS)[0]?.message;
    expect(message({ yaw: -60 })).toMatch('60 degrees to the side');
    expect(message({ pitch: 50 })).toMatch('50 degrees up');
    expect(message({ pitch: -50 })).toMatch('50 degrees down');
  });

  it('keeps a face out by a refusal, not by a warning, and by nothing while the gate is off', () => {
    const refused = issuesOf({ ...GOOD, sharpness: 3 }, null, DEFAULT_LIMITS);
    const warned = issuesOf({ ...GOOD, clipped_dark: 0.4 }, null, DEFAULT_LIMITS);
    expect(refusalOf(refused, DEFAULT_LIMITS)).toBe('BLURRED');
    expect(refusalOf(warned, DEFAULT_LIMITS)).toBeNull();
    expect(refusalOf(refused, { ...DEFAULT_LIMITS, enabled: false })).toBeNull();
  });
});
