import sharp from 'sharp';

const BACKGROUND = { r: 96, g: 96, b: 96 };
const MARGIN = 0.4;

/** Renditions to train: what they are called, what is done to the crop, and the quality of the JPEG (90). */
export const TRAINED = [
  ['as it is', (crop) => crop],
  ['darker', (crop) => crop.modulate({ brightness: 0.7 })],
  ['tilted', (crop) => crop.rotate(-6, { background: BACKGROUND })],
  ['smaller, strongly compressed', (crop) => crop.resize({ width: 160 }), 45],
];

/** Others, to recognise. */
export const HELD_OUT = [
  ['mirrored, blurred', (crop) => crop.flop().blur(2)],
  ['tilted the other way, pale', (crop) => crop.rotate(9, { background: BACKGROUND }).modulate({ saturation: 0.4 })],
];

/** One rendition of the face in `box`, as JPEG. */
export async function render(photo, box, otherBoxes, [, change, quality = 90]) {
  const { width, height } = await sharp(photo).metadata();
  // In two passes, as sharp would rotate before it cuts out.
  const crop = await sharp(photo)
    .extract(around(box, otherBoxes, { width, height }))
    .png()
    .toBuffer();
  return change(sharp(crop)).jpeg({ quality }).toBuffer();
}

/** The face with as much around it as there is without another face. */
function around(box, otherBoxes, photo) {
  for (let margin = MARGIN; ; margin -= 0.1) {
    const region = widened(box, margin, photo);
    if (margin < 0.1 || !otherBoxes.some((other) => overlap(region, other))) return toArea(region);
  }
}

function widened(box, margin, { width, height }) {
  const dx = (box.x_max - box.x_min) * margin;
  const dy = (box.y_max - box.y_min) * margin;
  return {
    x_min: Math.max(0, Math.round(box.x_min - dx)),
    y_min: Math.max(0, Math.round(box.y_min - dy)),
    x_max: Math.min(width, Math.round(box.x_max + dx)),
    y_max: Math.min(height, Math.round(box.y_max + dy)),
  };
}

function overlap(a, b) {
  return a.x_min < b.x_max && b.x_min < a.x_max && a.y_min < b.y_max && b.y_min < a.y_max;
}

function toArea({ x_min, y_min, x_max, y_max }) {
  return { left: x_min, top: y_min, width: x_max - x_min, height: y_max - y_min };
}
