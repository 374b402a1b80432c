import type { Point } from '../image/transform.js';
import { poseFromLandmarks } from './pose.js';

/** Another head than the one the formula has: broader, flatter, 10 % larger; landmarks by index. */
const HEAD: Record<number, [number, number, number]> = {
  36: [-52, 1, 14],
  39: [-18, 0, 4],
  42: [18, 0, 4],
  45: [52, 1, 14],
  27: [0, 1, -8],
  30: [0, 43, -26],
  31: [-16, 52, -3],
  33: [0, 57, -9],
  35: [16, 52, -3],
  48: [-29, 78, 8],
  54: [29, 78, 8],
};

const RADIANS = Math.PI / 180;

/** The head's landmarks in a picture 300 pixels per 100 mm: turned up, then to the right, then leaned clockwise. */
function landmarks({ pitch = 0, yaw = 0, roll = 0 }): Point[] {
  const [p, y, r] = [-pitch * RADIANS, -yaw * RADIANS, roll * RADIANS];
  return Array.from({ length: 68 }, (_, i): Point => {
    const [x0, y0, z0] = HEAD[i] ?? [0, 0, 0];
    const [y1, z1] = [y0 * Math.cos(p) - z0 * Math.sin(p), y0 * Math.sin(p) + z0 * Math.cos(p)];
    const x2 = x0 * Math.cos(y) + z1 * Math.sin(y);
    return [800 + 3 * (x2 * Math.cos(r) - y1 * Math.sin(r)), 600 + 3 * (x2 * Math.sin(r) + y1 * Math.cos(r))];
  });
}

describe('head pose from landmarks', () => {
  it.each([
    [{ pitch: 0, yaw: 0, roll: 0 }],
    [{ pitch: 0, yaw: 30, roll: 0 }],
    [{ pitch: 0, yaw: -40, roll: 0 }],
    [{ pitch: 20, yaw: 0, roll: 0 }],
    [{ pitch: -25, yaw: 0, roll: 0 }],
    [{ pitch: 0, yaw: 0, roll: 35 }],
    [{ pitch: 10, yaw: -20, roll: -15 }],
    [{ pitch: -15, yaw: 25, roll: 120 }],
  ])('finds %j within 6 degrees on a head of another shape', (pose) => {
    const found = poseFromLandmarks(landmarks(pose));
    for (const angle of ['pitch', 'yaw', 'roll'] as const) {
      expect(Math.abs(found[angle] - pose[angle])).toBeLessThan(6);
    }
  });

  it('changes the roll alone when the picture is turned', () => {
    const upright = poseFromLandmarks(landmarks({ pitch: 12, yaw: 18, roll: 0 }));
    const turned = poseFromLandmarks(landmarks({ pitch: 12, yaw: 18, roll: 50 }));
    expect(turned.pitch).toBeCloseTo(upright.pitch, 6);
    expect(turned.yaw).toBeCloseTo(upright.yaw, 6);
    expect(turned.roll - upright.roll).toBeCloseTo(50, 6);
  });

  it('changes nothing when the picture is scaled or shifted', () => {
    const pose = { pitch: 5, yaw: -22, roll: 8 };
    const moved = landmarks(pose).map(([x, y]): Point => [x / 7 + 31, y / 7 - 12]);
    const [a, b] = [poseFromLandmarks(landmarks(pose)), poseFromLandmarks(moved)];
    for (const angle of ['pitch', 'yaw', 'roll'] as const) expect(b[angle]).toBeCloseTo(a[angle], 6);
  });

  it('stays finite when all landmarks are one point', () => {
    const pose = poseFromLandmarks(Array.from({ length: 68 }, (): Point => [5, 5]));
    expect(Object.values(pose).every(Number.isFinite)).toBe(true);
  });
});
