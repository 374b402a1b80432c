import sharp from 'sharp';
import type { FaceBox, RecognizedFace } from '../../compreface/face-engine.js';
import { type Exposure, exposureOf, GREY_FACE_SIDE, type GreyFace, sharpnessOf } from './pixel-measures.js';
import { poseOf } from './head-pose.js';

type Corners = Pick<FaceBox, 'xMin' | 'yMin' | 'xMax' | 'yMax'>;

/** Left away at each side of the box, as a share of it: what is behind the head does not count. */
const BORDER = 0.1;

/** What was measured of a face. Everything that is judged is in here, so that other limits need no second look at the photo. */
export interface FaceMeasures extends Exposure {
  /** The shorter side of the box, in pixels of the photo. */
  readonly face_side: number;
  /** Variance of the Laplacian at a fixed size and contrast; 0 is even, below about 28 is blurred, above 200 is sharp. */
  readonly sharpness: number;
  /** Degrees, -90..90; null when the engine tells neither pose nor landmarks. */
  readonly yaw: number | null;
  /** Degrees, -90..90; null when the engine tells no pose. */
  readonly pitch: number | null;
  /** Degrees, -180..180. Shown only: a tilted face is turned upright before it is recognised. */
  readonly roll: number | null;
  /** The detector's, 0..1. */
  readonly probability: number | null;
}

/** A face as far as it is known before its pixels are looked at. */
export interface MeasuredFace extends Pick<RecognizedFace, 'pose' | 'landmarks'> {
  /** Pixels of the photo. */
  readonly box: Corners & { readonly probability: number | null };
}

/** Measures a face in `image`, where it is at `place` (pixels of the image, which may be a cut-out of the photo). */
export async function measureFace(image: Buffer, place: Corners, face: MeasuredFace): Promise<FaceMeasures> {
  const { box } = face;
  return measuresOf(await greyFace(image, place), face, Math.min(box.xMax - box.xMin, box.yMax - box.yMin));
}

/** The measures, from the pixels of the face. Numbers are rounded to what they are worth. */
export function measuresOf(grey: GreyFace, face: MeasuredFace, faceSide: number): FaceMeasures {
  const { brightness, contrast, clipped_dark, clipped_bright } = exposureOf(grey);
  const { yaw, pitch, roll } = poseOf(face);
  return {
    face_side: faceSide,
    sharpness: rounded(sharpnessOf(grey), 1),
    brightness: rounded(brightness, 1),
    contrast: rounded(contrast, 1),
    clipped_dark: rounded(clipped_dark, 3),
    clipped_bright: rounded(clipped_bright, 3),
    yaw: yaw === null ? null : rounded(yaw, 1),
    pitch: pitch === null ? null : rounded(pitch, 1),
    roll: roll === null ? null : rounded(roll, 1),
    probability: face.box.probability === null ? null : rounded(face.box.probability, 4),
  };
}

async function greyFace(image: Buffer, place: Corners): Promise<GreyFace> {
  const { width, height } = await sharp(image).metadata();
  const [dx, dy] = [(place.xMax - place.xMin) * BORDER, (place.yMax - place.yMin) * BORDER];
  const left = within(Math.round(place.xMin + dx), 0, width - 1);
  const top = within(Math.round(place.yMin + dy), 0, height - 1);
  const pixels = await sharp(image)
    .extract({
      left,
      top,
      width: within(Math.round(place.xMax - dx), left + 1, width) - left,
      height: within(Math.round(place.yMax - dy), top + 1, height) - top,
    })
    .resize({ width: GREY_FACE_SIDE, height: GREY_FACE_SIDE, fit: 'fill', kernel: 'cubic' })
    .greyscale()
    .raw()
    .toBuffer();
  return new Uint8Array(pixels);
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
