import type { ErrorCode } from '../domain-error.js';

/** The one shape of every error answer. */
export class ErrorBody {
  /**
   * What is wrong and what to do about it, in a sentence.
   * @example 'Person needs at least 3 faces for training'
   */
  error!: string;

  /**
   * A stable code to branch on.
   * @example 'INSUFFICIENT_DATA'
   */
  code!: ErrorCode;

  /**
   * Facts about the error; `fields` names each field that is off.
   * @example { "person_id": 5, "current_faces": 2, "minimum_required": 3 }
   */
  details!: Record<string, unknown>;
}
