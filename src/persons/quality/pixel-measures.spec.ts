import { exposureOf, GREY_FACE_SIDE, sharpnessOf } from './pixel-measures.js';

const PIXELS = GREY_FACE_SIDE * GREY_FACE_SIDE;

/** A picture by a rule for each pixel. */
function picture(shade: (x: number, y: number) => number): Uint8Array {
  return Uint8Array.from({ length: PIXELS }, (_, index) =>
    shade(index % GREY_FACE_SIDE, Math.floor(index / GREY_FACE_SIDE)),
  );
}

describe('exposure', () => {
  it('of one shade has that brightness and no contrast', () => {
    const face = new Uint8Array(PIXELS).fill(90);
    expect(exposureOf(face)).toEqual({ brightness: 90, contrast: 0, clipped_dark: 0, clipped_bright: 0 });
  });

  it('reaches the ends of its ranges', () => {
    const half = picture((x) => (x < GREY_FACE_SIDE / 2 ? 0 : 255));
    expect(exposureOf(half)).toEqual({ brightness: 127.5, contrast: 127.5, clipped_dark: 0.5, clipped_bright: 0.5 });
  });

  it('counts shades up to 5 as black and from 250 on as white', () => {
    const edges = picture((x) => [5, 6, 249, 250][x % 4]!);
    expect(exposureOf(edges)).toMatchObject({ clipped_dark: 0.25, clipped_bright: 0.25 });
  });
});

describe('sharpness', () => {
  const wave = (period: number, height = 100) =>
    picture((x, y) =>
      Math.round(128 + height * Math.sin((2 * Math.PI * x) / period) * Math.cos((2 * Math.PI * y) / period)),
    );

  it('is 0 for an even area', () => {
    expect(sharpnessOf(new Uint8Array(PIXELS).fill(77))).toBe(0);
  });

  it('falls as detail becomes coarser', () => {
    const measured = [4, 8, 16, 32, 64].map((period) => sharpnessOf(wave(period)));
    expect(measured).toEqual([...measured].sort((a, b) => b - a));
    expect(new Set(measured).size).toBe(5);
  });

  it('does not take a dim photo for a blurred one', () => {
    expect(sharpnessOf(wave(8, 25))).toBeCloseTo(sharpnessOf(wave(8, 100)), -3);
    expect(sharpnessOf(wave(8, 25)) / sharpnessOf(wave(8, 100))).toBeGreaterThan(0.95);
  });

  it('does not take the grain of an even area for detail', () => {
    const grain = picture((x, y) => 120 + ((x * 7 + y * 13) % 2));
    expect(sharpnessOf(grain)).toBeLessThan(0.2 * sharpnessOf(wave(4)));
  });
});
