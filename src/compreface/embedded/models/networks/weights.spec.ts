import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Weights, weightsFolder } from './weights.js';

describe('the weights in the npm package', () => {
  // Other weights would make embeddings that must not be compared with stored ones, under the same model version.
  it.each([
    ['ssd_mobilenetv1_model', '2835640602d53718aa6ae9a42896327eaa21beefed056c218d32ca7d79e1e2f8'],
    ['tiny_face_detector_model', 'b7503ce7df31039b1c43316a9b865cab6a70dd748cc602d3fa28b551503c3871'],
    ['face_landmark_68_model', '4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b'],
    ['face_recognition_model', 'b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589'],
    ['age_gender_model', '49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa'],
  ])('are, for %s, those of version 1.7.15', (model, sha256) => {
    const bytes = readFileSync(join(weightsFolder(), `${model}.bin`));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  });

  it('are turned from height, width, in, out to out, in, height, width', () => {
    const weights = Weights.read('face_recognition_model');
    const stored = weights.get('conv32_down/conv/filters');
    const turned = weights.filter('conv32_down/conv/filters');
    expect(stored.shape).toEqual([7, 7, 3, 32]);
    expect(turned.shape).toEqual([32, 3, 7, 7]);
    const [row, column, input, output] = [2, 5, 1, 30];
    expect(turned.values[((output * 3 + input) * 7 + row) * 7 + column]).toBe(
      stored.values[((row * 7 + column) * 3 + input) * 32 + output],
    );
  });

  it('are read as float32 where they are not quantised', () => {
    const bias = Weights.read('face_landmark_68_model').get('dense0/conv0/bias');
    expect(bias.shape).toEqual([32]);
    expect(bias.values.every((value) => Math.abs(value) < 10)).toBe(true);
    expect(bias.values.some((value) => value !== 0)).toBe(true);
  });

  it('name what is missing', () => {
    expect(() => Weights.read('face_landmark_68_model').get('nose')).toThrow('No weights are called nose');
  });
});
