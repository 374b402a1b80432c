import type { CaseGroup } from './case.js';
import { destructive } from './cases/destructive.js';
import { embeddings } from './cases/embeddings.js';
import { examples } from './cases/examples.js';
import { images } from './cases/images.js';
import { otherServices } from './cases/other-services.js';
import { recognition } from './cases/recognition.js';
import { service } from './cases/service.js';
import { subjects } from './cases/subjects.js';
import { uploads } from './cases/uploads.js';

/** Everything that a CompreFace 1.2.0 is asked from outside. Those that want an empty collection come first. */
export const CONFORMANCE: readonly CaseGroup[] = [
  destructive,
  service,
  subjects,
  uploads,
  examples,
  images,
  recognition,
  embeddings,
  otherServices,
];
