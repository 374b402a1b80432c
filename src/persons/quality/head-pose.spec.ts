import { poseOf } from './head-pose.js';

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The five landmarks of the average head (62 mm between the eyes, the tip of the nose 35 mm in front), turned and then tilted. */
function landmarks(yaw: number, roll: number): (readonly [number, number])[] {
  const head = [
    [-31, 0, 0],
    [31, 0, 0],
    [0, 40, 35],
    [-26, 71, 0],
    [26, 71, 0],
  ] as const;
  const [cosYaw, sinYaw] = [Math.cos(radians(yaw)), Math.sin(radians(yaw))];
  const [cosRoll, sinRoll] = [Math.cos(radians(roll)), Math.sin(radians(roll))];
  return head.map(([x, y, z]) => {
    const turned = x * cosYaw + z * sinYaw;
    return [300 + 2 * (turned * cosRoll - y * sinRoll), 200 + 2 * (turned * sinRoll + y * cosRoll)] as const;
  });
}

describe('the pose of a face', () => {
  it('is what the engine says', () => {
    const pose = { yaw: 12, pitch: -3, roll: 4 };
    expect(poseOf({ pose, landmarks: landmarks(-40, 0) })).toEqual(pose);
  });

  it.each([
    [0, 0],
    [30, 0],
    [-30, 0],
    [60, 15],
    [-45, -25],
  ])('is estimated from five landmarks where the engine has none: yaw %d, roll %d', (yaw, roll) => {
    const pose = poseOf({ pose: null, landmarks: landmarks(yaw, roll) });
    expect(pose.yaw).toBeCloseTo(yaw, 5);
    expect(pose.roll).toBeCloseTo(roll, 5);
    expect(pose.pitch).toBeNull();
  });

  it.each([
    ['there are no landmarks', null],
    ['they are not five', landmarks(0, 0).slice(0, 3)],
    ['the eyes are in one place', landmarks(0, 0).map(() => [5, 5] as const)],
  ])('is unknown when %s', (_when, points) => {
    expect(poseOf({ pose: null, landmarks: points })).toEqual({ yaw: null, pitch: null, roll: null });
  });
});
