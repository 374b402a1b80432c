import type { FaceMeasures } from './face-measures.js';

/**
 * The limits of the quality gate. The defaults lie in the gap that was measured on two labelled sets (260 good photos, press and
 * laboratory) between the photos as they are and the same photos spoilt: as they are 0 % and 4 % are refused (turned by 50 degrees, or only
 * a part of the face was found); blurred with sigma 6, darkened to a tenth, overexposed or flattened 99 %.
 */
export interface QualityLimits {
  /** Off: quality is measured and shown, and nothing is held back. */
  readonly enabled: boolean;
  /** Pixels of the photo. */
  readonly minFaceSide: number;
  /** Variance of the Laplacian, see `FaceMeasures`. */
  readonly minSharpness: number;
  /** Mean shade, 0..255. */
  readonly minBrightness: number;
  readonly maxBrightness: number;
  /** Standard deviation of the shades, 0..127.5. */
  readonly minContrast: number;
  /** Degrees, either way. */
  readonly maxYaw: number;
  readonly maxPitch: number;
}

export const DEFAULT_LIMITS: QualityLimits = {
  enabled: true,
  minFaceSide: 40,
  minSharpness: 28,
  minBrightness: 25,
  maxBrightness: 230,
  minContrast: 10,
  maxYaw: 45,
  maxPitch: 35,
};

export const QUALITY_CODES = [
  'TOO_SMALL',
  'BLURRED',
  'TOO_DARK',
  'TOO_BRIGHT',
  'LOW_CONTRAST',
  'TURNED_AWAY',
  'PARTLY_BLACK',
  'PARTLY_WHITE',
  'NEARLY_IDENTICAL',
  'LOOKS_LIKE_SOMEBODY_ELSE',
] as const;

export type QualityCode = (typeof QUALITY_CODES)[number];

/** Something that is wrong with a face. `refusal`: it is not trained until somebody says so. `warning`: it is trained all the same. */
export interface QualityIssue {
  readonly code: QualityCode;
  readonly severity: 'refusal' | 'warning';
  /** What is wrong and what to do, for a person. */
  readonly message: string;
}

/** Who else a face looks like, and which face it repeats. */
export interface Likeness {
  /** A face of the same person with next to the same embedding. */
  readonly nearly_identical_to: number | null;
  /** Somebody whose nearest face is nearer than any of the person's own. */
  readonly looks_like: { readonly person_id: number; readonly face_id: number; readonly similarity: number } | null;
}

/** Above this share of black or white pixels (0..1) a face has lost much of its detail. */
const MUCH_CLIPPED = 0.25;
/** And above this one most of it, whatever the mean is. */
const MOST_CLIPPED = 0.5;

/** All that is wrong with a face, refusals first. */
export function issuesOf(measures: FaceMeasures, likeness: Likeness | null, limits: QualityLimits): QualityIssue[] {
  const light = lightIssue(measures, limits);
  return [
    ...refusals(measures, limits),
    ...(light ? [light] : clippingWarnings(measures)),
    ...(likeness ? likenessWarnings(likeness) : []),
  ].sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

/** The code of the worst thing that keeps a face out of training; null for none. */
export function refusalOf(issues: readonly QualityIssue[], { enabled }: QualityLimits): QualityCode | null {
  return enabled ? (issues.find(({ severity }) => severity === 'refusal')?.code ?? null) : null;
}

function* refusals(measures: FaceMeasures, limits: QualityLimits): Generator<QualityIssue> {
  const { face_side: side, sharpness, contrast } = measures;
  if (side < limits.minFaceSide)
    yield refusal('TOO_SMALL', `The face is ${side} pixels wide, ${limits.minFaceSide} are needed: use a larger photo`);
  if (sharpness < limits.minSharpness)
    yield refusal('BLURRED', 'The face is blurred: use a photo in focus, taken with a steady hand');
  if (contrast < limits.minContrast)
    yield refusal('LOW_CONTRAST', 'The face hardly stands out: use a photo with more contrast, without fog or haze');
  const turned = turnedAway(measures, limits);
  if (turned !== null)
    yield refusal('TURNED_AWAY', `The face is turned ${turned}: use a photo that looks towards the camera`);
}

function lightIssue(measures: FaceMeasures, limits: QualityLimits): QualityIssue | null {
  const { brightness, clipped_dark: dark, clipped_bright: bright } = measures;
  if (brightness < limits.minBrightness || dark > MOST_CLIPPED)
    return refusal('TOO_DARK', 'The face is too dark: use a photo with more light');
  if (brightness > limits.maxBrightness || bright > MOST_CLIPPED)
    return refusal('TOO_BRIGHT', 'The face is overexposed: use a photo with less light or without flash');
  return null;
}

function turnedAway({ yaw, pitch }: FaceMeasures, { maxYaw, maxPitch }: QualityLimits): string | null {
  if (yaw !== null && Math.abs(yaw) > maxYaw) return `${Math.round(Math.abs(yaw))} degrees to the side`;
  if (pitch === null || Math.abs(pitch) <= maxPitch) return null;
  return `${Math.round(Math.abs(pitch))} degrees ${pitch > 0 ? 'up' : 'down'}`;
}

function* clippingWarnings({ clipped_dark: dark, clipped_bright: bright }: FaceMeasures): Generator<QualityIssue> {
  if (dark > MUCH_CLIPPED) yield warning('PARTLY_BLACK', `${percent(dark)} of the face is black: light it evenly`);
  if (bright > MUCH_CLIPPED) yield warning('PARTLY_WHITE', `${percent(bright)} of the face is white: light it evenly`);
}

function* likenessWarnings({ nearly_identical_to: twin, looks_like: other }: Likeness): Generator<QualityIssue> {
  if (twin !== null)
    yield warning('NEARLY_IDENTICAL', `The face is nearly identical to face ${twin}: another photo would add more`);
  if (other !== null) {
    const message = `The face looks more like person ${other.person_id} (face ${other.face_id}, similarity ${other.similarity.toFixed(2)}): look whether it is the right person`;
    yield warning('LOOKS_LIKE_SOMEBODY_ELSE', message);
  }
}

function refusal(code: QualityCode, message: string): QualityIssue {
  return { code, severity: 'refusal', message };
}

function warning(code: QualityCode, message: string): QualityIssue {
  return { code, severity: 'warning', message };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
