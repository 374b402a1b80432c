import { seededRandom, seededUuid } from '../seeded-random.js';
import type { ApiContext } from './api-request.js';
import { Collection } from './collection.js';
import { CoreQueue, type Pace } from './core-queue.js';
import { FaceDetector } from './detected-faces.js';
import { FakeApi } from './fake-api.js';
import type { FakeCompreFace, FakeCompreFaceOptions, StoreReport } from './fake-compreface.js';
import { FaultScript, type FaultRule } from './faults.js';
import { RequestLog, type RequestReport } from './request-log.js';
import type { CalculatorName } from './similarity.js';

/** Starts a fake CompreFace inside this process, listening on 127.0.0.1. */
export async function startFakeCompreFace(options: FakeCompreFaceOptions = {}): Promise<FakeCompreFace> {
  const fake = new InProcessCompreFace(options);
  await fake.listen();
  return fake;
}

class InProcessCompreFace implements FakeCompreFace {
  url = '';
  readonly apiKey: string;
  private readonly random: () => number;
  private readonly faults: FaultScript;
  private readonly log = new RequestLog();
  private readonly detector = new FaceDetector();
  private readonly api: FakeApi;
  private context: ApiContext;

  constructor(private readonly options: FakeCompreFaceOptions) {
    this.random = seededRandom(options.seed ?? 'fake');
    this.apiKey = options.apiKey ?? seededUuid(this.random);
    this.faults = new FaultScript(this.random);
    this.context = this.freshContext();
    this.api = new FakeApi({
      apiKey: this.apiKey,
      context: () => this.context,
      script: this.faults,
      log: this.log,
    });
  }

  async listen(): Promise<void> {
    this.url = await this.api.listen(this.options.port ?? 0);
  }

  store(): Promise<StoreReport> {
    const { collection, wipes } = this.context;
    const images = collection.imageHashes();
    const hashes = new Map(images.map(({ imageId, sha256 }) => [imageId, sha256]));
    return Promise.resolve({
      subjects: collection.subjectNames(),
      examples: collection
        .list()
        .map(({ image_id, subject }) => ({ imageId: image_id, subject, sha256: hashes.get(image_id) ?? null })),
      orphanImages: images.filter((image) => image.orphan).map(({ imageId, sha256 }) => ({ imageId, sha256 })),
      wipes: [...wipes],
    });
  }

  requests(): Promise<RequestReport> {
    return Promise.resolve(this.log.report(this.context.core.peakBusy));
  }

  script(rule: FaultRule): Promise<void> {
    this.faults.add(rule);
    return Promise.resolve();
  }

  clearScript(): Promise<void> {
    this.faults.clear();
    return Promise.resolve();
  }

  setPace(pace: Partial<Pace>): Promise<void> {
    this.context.core.setPace(pace);
    return Promise.resolve();
  }

  setCalculator(calculator: CalculatorName): Promise<void> {
    this.context = { ...this.context, calculator };
    return Promise.resolve();
  }

  async addForeignExample(subject: string, photoBase64: string): Promise<string> {
    const photo = Buffer.from(photoBase64, 'base64');
    const [face] = await this.detector.detect(photo);
    if (!face) throw new Error('a foreign example needs a photo with a face');
    return this.context.collection.addExample(subject, photo, face.embedding);
  }

  clearRequests(): Promise<void> {
    this.log.clear();
    return Promise.resolve();
  }

  reset(): Promise<void> {
    this.faults.clear();
    this.log.clear();
    this.context = this.freshContext();
    return Promise.resolve();
  }

  settled(): Promise<void> {
    return this.api.settled();
  }

  close(): Promise<void> {
    return this.api.close();
  }

  private freshContext(): ApiContext {
    const { capacity = 8, latencyMs = 0, readTimeoutMs = 60_000, savesImages = true } = this.options;
    return {
      collection: new Collection(this.random, savesImages),
      core: new CoreQueue({ capacity, latencyMs }),
      detector: this.detector,
      calculator: this.options.calculator ?? 'insightface.Calculator@arcface_mobilefacenet',
      readTimeoutMs,
      savesImages,
      random: this.random,
      wipes: [],
    };
  }
}
