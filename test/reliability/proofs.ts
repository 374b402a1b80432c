import type { Proof } from './proof.js';
import { acceptedIsKept } from './proofs/p01-accepted-is-kept.js';
import { exactlyOnce } from './proofs/p02-exactly-once.js';
import { onceEach } from './proofs/p03-once-each.js';
import { oneActiveJob } from './proofs/p04-one-active-job.js';
import { noZombie } from './proofs/p05-no-zombie.js';
import { stalledAndWoken } from './proofs/p06-stalled-and-woken.js';
import { progressSurvives } from './proofs/p07-progress-survives.js';
import { cancelOrComplete } from './proofs/p08-cancel.js';
import { gracefulStop } from './proofs/p09-graceful-stop.js';
import { outages } from './proofs/p10-outages.js';
import { sparesTheService } from './proofs/p11-spares-the-service.js';
import { badPhotos } from './proofs/p12-bad-photos.js';
import { poison } from './proofs/p13-poison.js';
import { nobodyStarves } from './proofs/p14-nobody-starves.js';
import { eachSlotOnce } from './proofs/p15-each-slot-once.js';
import { cleanupStallsNobody, historyCostsNothing } from './proofs/p16-p17-history.js';
import { databaseFaults } from './proofs/p18-database-faults.js';
import { wrongClocks } from './proofs/p19-wrong-clocks.js';
import { sameEverywhere } from './proofs/p23-same-everywhere.js';

/** Every promise that has a proof here, in order. */
export const proofs: readonly Proof[] = [
  acceptedIsKept,
  exactlyOnce,
  onceEach,
  oneActiveJob,
  noZombie,
  stalledAndWoken,
  progressSurvives,
  cancelOrComplete,
  gracefulStop,
  outages,
  sparesTheService,
  badPhotos,
  poison,
  nobodyStarves,
  eachSlotOnce,
  historyCostsNothing,
  cleanupStallsNobody,
  databaseFaults,
  wrongClocks,
  sameEverywhere,
];
