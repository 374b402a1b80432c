import { MAX_CRASHES } from './job-state.js';

/** Whether a job may be what killed its process: one crash more and it is parked, so nobody else may be near to be blamed with it. */
export function mustBeAlone(crashes: number): boolean {
  return crashes >= MAX_CRASHES - 1;
}

/** Lets jobs of this process in together, or one alone. */
export class Solitude {
  private inside = 0;
  private taken = false;

  /** False: somebody is in who wants to be alone, or who is in the way of being alone. */
  enter(alone: boolean): boolean {
    if (this.taken || (alone && this.inside > 0)) return false;
    this.inside += 1;
    this.taken = alone;
    return true;
  }

  leave(): void {
    this.inside -= 1;
    this.taken = false;
  }
}
