import type { Analyses } from '../analysis/analyses.js';
import type { BodyBudget } from '../intake/body-budget.js';
import type { ImageIntake } from '../intake/image-intake.js';
import type { Collection } from '../store/collection.js';
import type { Calls } from '../wire/call.js';

/** What the routes work with. */
export interface Engine {
  readonly calls: Calls;
  readonly collection: Collection;
  readonly budget: BodyBudget;
  readonly intake: ImageIntake;
  readonly analyses: Analyses;
}
