import { sigmoid } from '../detection/face-detector.js';
import type { AnalysedFace } from '../face-analyser.js';
import { FACE_MEAN, type Raster, toPlanes } from '../image/raster.js';
import { type Point, warp } from '../image/transform.js';
import { AGE_GENDER_INPUT_SIZE, writeAgeGender } from '../networks/age-gender.js';
import { Network } from '../onnx/network.js';
import { portraitTransform } from './alignment.js';

type AgeAndGender = { readonly [K in 'age' | 'gender']: NonNullable<AnalysedFace[K]> };

/** The network gives one number of years; the answer is a range around it. */
const AGE_MARGIN_YEARS = 5;
/** Mean absolute error that the network's author reports over his test sets, in years. */
const AGE_MEAN_ERROR_YEARS = 4.54;
/** Chance that the true age is in the range, if errors follow Laplace's distribution with that mean. */
const AGE_PROBABILITY = 1 - Math.exp(-AGE_MARGIN_YEARS / AGE_MEAN_ERROR_YEARS);

/** Estimates age and gender from one run of one network. Rough: not to be relied on for anything about a person. */
export class AgeGenderEstimator {
  private readonly network = new Network(() => writeAgeGender());

  async estimate(image: Raster, landmarks: readonly Point[]): Promise<AgeAndGender> {
    const portrait = warp(image, portraitTransform(landmarks, AGE_GENDER_INPUT_SIZE), AGE_GENDER_INPUT_SIZE);
    const input = toPlanes(portrait, FACE_MEAN, 255);
    const { values } = await this.network.run(input, [1, 3, AGE_GENDER_INPUT_SIZE, AGE_GENDER_INPUT_SIZE]);
    const [years = 0, male = 0, female = 0] = values;
    return { age: ageRange(years), gender: likelier(sigmoid(male - female)) };
  }
}

function ageRange(years: number): AgeAndGender['age'] {
  const low = Math.max(0, Math.round(years - AGE_MARGIN_YEARS));
  return { low, high: Math.max(low, Math.round(years + AGE_MARGIN_YEARS)), probability: AGE_PROBABILITY };
}

function likelier(male: number): AgeAndGender['gender'] {
  return male >= 0.5 ? { value: 'male', probability: male } : { value: 'female', probability: 1 - male };
}
