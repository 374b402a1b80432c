import { type MeasuredFace, measurePerson } from './measurement.js';
import { toUnitLength, unitSimilarity } from './embedding-distance.js';
import { similarity } from '../compreface/similarity.js';

const CURVE = { c0: 0.41, c1: 14 };

function face(faceId: number, personId: number | null, x: number, y: number, photoId = faceId): MeasuredFace {
  return { faceId, photoId, personId, vector: toUnitLength(Float32Array.from([x, y, 0.1]))! };
}

describe('measuring how well a person would be recognised', () => {
  const ann = [face(1, 1, 1, 0), face(2, 1, 1, 0.08), face(3, 1, 1, 0.16)];
  const bob = [face(11, 2, 0, 1), face(12, 2, 0.08, 1)];

  it('finds nothing wrong with two persons that lie far apart', () => {
    expect(measurePerson(ann, bob, CURVE, 0.9)).toEqual({
      genuineTrials: 3,
      impostorTrials: 2,
      rank1Rate: 100,
      fnmr: 0,
      fmr: 0,
      recommendedThreshold: 0.5,
      confusedWith: [],
      suspiciousFaces: [],
    });
  });

  it('names a face that is closer to somebody else than to its own person', () => {
    const wrong = face(4, 1, 0.04, 1);
    const measured = measurePerson([...ann, wrong], bob, CURVE, 0.9);
    expect(measured.suspiciousFaces).toEqual([{ faceId: 4, closestPersonId: 2 }]);
    expect(measured.rank1Rate).toBe(75);
    expect(measured.confusedWith).toEqual([{ personId: 2, rate: 100 }]);
    expect(measured.fmr).toBe(100);
    expect(measured.recommendedThreshold).toBeGreaterThan(0.9);
  });

  it('does not let a copy of a photo prove that the person is recognised', () => {
    const copies = [face(1, 1, 1, 0), face(2, 1, 1, 0)];
    expect(measurePerson(copies, bob, CURVE, 0.9)).toMatchObject({ genuineTrials: 0, rank1Rate: null, fnmr: null });
  });

  it('does not let another face of the same photo prove it either', () => {
    expect(measurePerson([face(1, 1, 1, 0, 7), face(2, 1, 1, 0.08, 7)], bob, CURVE, 0.9).genuineTrials).toBe(0);
  });

  it('uses the similarity that CompreFace computes', () => {
    const [a, b] = [Float32Array.from([3, 1, 2]), Float32Array.from([2, 1.5, 2])];
    expect(unitSimilarity(toUnitLength(a)!, toUnitLength(b)!, CURVE)).toBeCloseTo(similarity([...a], [...b], CURVE), 5);
  });
});
