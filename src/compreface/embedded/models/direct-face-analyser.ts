import { area, type Box } from './detection/box.js';
import { DetectorCascade } from './detection/detector-cascade.js';
import { AgeGenderEstimator } from './face/age-gender-estimator.js';
import { EmbeddingCalculator } from './face/embedding-calculator.js';
import { LandmarkFinder } from './face/landmark-finder.js';
import { poseFromLandmarks } from './face/pose.js';
import { type AnalysedFace, type AnalyseOptions, type Analysis, FaceAnalyser } from './face-analyser.js';
import { Photo } from './image/photo.js';
import type { Raster } from './image/raster.js';
import type { Point } from './image/transform.js';
import { Stopwatch } from './stopwatch.js';

/** Longer side, in pixels, of the copy in which faces are looked for: the detector sees 512 of them anyway. */
const SEARCH_SIDE = 1280;
/**
 * Side of a face, in pixels, below which it is cut from a larger copy, if the photo has one. Measured: the embedding of
 * a shrunk face moves by 0.03 at 100 pixels, 0.06 at 70, 0.14 at 40; the similarity is one half at 0.41.
 */
const FULL_DETAIL_FACE = 100;
/** Longer side of that copy at most: 50 MB of pixels when square. */
const CLOSE_UP_SIDE = 4096;

/**
 * Runs the models in the calling thread and blocks it for about 0.1 s per photo: the body of a worker process, and good
 * enough for scripts. Loads each model on its first use. One request at a time.
 */
export class DirectFaceAnalyser extends FaceAnalyser {
  private readonly detector = new DetectorCascade();
  private readonly landmarkFinder = new LandmarkFinder();
  private readonly embeddings = new EmbeddingCalculator();
  private readonly ageAndGender = new AgeGenderEstimator();

  async analyse(image: Buffer, options: AnalyseOptions): Promise<Analysis> {
    const watch = new Stopwatch();
    const photo = await watch.time('decoder', () => Photo.open(image));
    const search = await watch.time('decoder', () => photo.decode(SEARCH_SIDE));
    const boxes = await watch.time('detector', () => this.detector.detect(search, options.detectionThreshold));
    const described = boxes.slice(0, options.maxFaces ?? boxes.length);
    const closeUp = await watch.time('decoder', () => closeUpOf(photo, search, described, options));
    const faces: AnalysedFace[] = [];
    for (const [i, box] of boxes.entries()) {
      const place = rescaled(box, search, photo);
      faces.push(i < described.length ? await this.describe(place, closeUp, photo, options, watch) : boxOnly(place));
    }
    return { width: photo.width, height: photo.height, faces, millis: watch.millis };
  }

  async close(): Promise<void> {
    // Nothing is held but memory.
  }

  /** `place` is in pixels of the photo; the models look at `raster`, a copy of it of any size. */
  private async describe(
    place: Box,
    raster: Raster,
    photo: Photo,
    { plugins }: AnalyseOptions,
    watch: Stopwatch,
  ): Promise<AnalysedFace> {
    const box = rescaled(place, photo, raster);
    const points = await watch.time('landmarks', () => this.landmarkFinder.find(raster, box));
    const embedding = plugins.has('calculator')
      ? await watch.time('calculator', () => this.embeddings.calculate(raster, points))
      : null;
    const estimate =
      plugins.has('age') || plugins.has('gender')
        ? await watch.time('agegender', () => this.ageAndGender.estimate(raster, points))
        : null;
    return {
      box: place,
      landmarks: points.map(([x, y]): Point => [(x * photo.width) / raster.width, (y * photo.height) / raster.height]),
      embedding,
      pose: plugins.has('pose') ? poseFromLandmarks(points) : null,
      age: plugins.has('age') && estimate !== null ? estimate.age : null,
      gender: plugins.has('gender') && estimate !== null ? estimate.gender : null,
    };
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function boxOnly(box: Box): AnalysedFace {
  return { box, landmarks: [], embedding: null, pose: null, age: null, gender: null };
}

/** The copy from which the faces are cut: the one they were found in, or a larger one when the smallest is small there. */
async function closeUpOf(
  photo: Photo,
  search: Raster,
  boxes: readonly Box[],
  { plugins }: AnalyseOptions,
): Promise<Raster> {
  const smallest = boxes.at(-1);
  if (smallest === undefined || plugins.size === 0) return search;
  const [searchSide, photoSide] = [Math.max(search.width, search.height), Math.max(photo.width, photo.height)];
  const enlarge = FULL_DETAIL_FACE / Math.sqrt(area(smallest));
  const side = Math.min(CLOSE_UP_SIDE, photoSide, Math.ceil(searchSide * enlarge));
  return side > searchSide ? photo.decode(side) : search;
}

function rescaled(box: Box, from: Size, to: Size): Box {
  const [x, y] = [to.width / from.width, to.height / from.height];
  return { ...box, xMin: box.xMin * x, yMin: box.yMin * y, xMax: box.xMax * x, yMax: box.yMax * y };
}
