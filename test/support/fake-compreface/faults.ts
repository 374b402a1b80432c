import type { CannedReply, Reply } from './replies.js';
import type { RouteName } from './routes.js';

/** A reply of the test's own; text only, so that it can be handed to a fake in another process. */
export type ScriptedReply = Omit<Reply, 'body'> & { readonly body: string };

/**
 * What goes wrong with a request. Two questions are kept apart: does it take effect, and what does the client see of it?
 * The default of each field is the healthy behaviour.
 */
export interface Fault {
  /** `late`: only after the client has had its answer or has left, and `lateByMs` more. Default `yes`. */
  readonly takesEffect?: 'yes' | 'no' | 'late';
  readonly lateByMs?: number;
  /** Wait before taking effect / before answering, in ms. */
  readonly delayBeforeMs?: number;
  readonly delayAfterMs?: number;
  /**
   * `own`: the answer that belongs to the effect. `reset`: the connection is reset. `hang`: silence until the client leaves.
   * `trickle`: the right answer, one byte each `tricklePauseMs`. Else a canned reply by name, or any reply.
   */
  readonly answer?: 'own' | 'reset' | 'hang' | 'trickle' | CannedReply | ScriptedReply;
  readonly tricklePauseMs?: number;
}

/** A fault with the requests it befalls; the first rule that matches wins. */
export interface FaultRule extends Fault {
  /** Default: every route. */
  readonly route?: RouteName | readonly RouteName[];
  /** Only requests for exactly this subject (query or path). */
  readonly subject?: string;
  /** For the next so many matching requests; default: until cleared. */
  readonly times?: number;
  /** 0..1, drawn from the seeded sequence; default 1. */
  readonly probability?: number;
}

/** The troubles that the reliability tests speak of, by name: `fake.script({ route: 'addFace', times: 1, ...faults.applyThenReset })`. */
export const faults = {
  /** Stored, and the client sees a reset: a blind retry makes a duplicate. */
  applyThenReset: { answer: 'reset' },
  resetBeforeApply: { takesEffect: 'no', answer: 'reset' },
  /** The client gives up; the server stores nevertheless, afterwards. */
  hangThenApply: { takesEffect: 'late', lateByMs: 100, answer: 'hang' },
  gatewayTimeoutThenApply: { takesEffect: 'late', lateByMs: 100, answer: 'gateway-timeout' },
  resetThenApply: { takesEffect: 'late', lateByMs: 100, answer: 'reset' },
  hang: { takesEffect: 'no', answer: 'hang' },
  applyThenHang: { answer: 'hang' },
  trickle: { answer: 'trickle', tricklePauseMs: 50 },
  undefinedBeforeApply: { takesEffect: 'no', answer: 'undefined' },
  undefinedAfterApply: { answer: 'undefined' },
  coreRefused: { takesEffect: 'no', answer: 'core-refused' },
  coreTimeout: { takesEffect: 'no', answer: 'core-timeout' },
  coreCrash: { takesEffect: 'no', answer: 'core-crash' },
  badGateway: { takesEffect: 'no', answer: 'bad-gateway' },
  badGatewayAfterApply: { answer: 'bad-gateway' },
  gatewayTimeout: { takesEffect: 'no', answer: 'gateway-timeout' },
  garbageAfterApply: { answer: 'garbage' },
  redirect: { takesEffect: 'no', answer: 'redirect' },
  notFoundHtml: { takesEffect: 'no', answer: 'not-found-html' },
  migrating: { takesEffect: 'no', answer: 'migrating' },
  throttled: { takesEffect: 'no', answer: 'throttled' },
  unknownKey: { takesEffect: 'no', answer: 'unknown-key' },
} as const satisfies Record<string, Fault>;

/** The rules in force, in the order in which they were given. */
export class FaultScript {
  private rules: { rule: FaultRule; left: number }[] = [];

  constructor(private readonly random: () => number) {}

  add(rule: FaultRule): void {
    this.rules.push({ rule, left: rule.times ?? Infinity });
  }

  clear(): void {
    this.rules = [];
  }

  /** The fault for one request; counts it off its rule. */
  next(route: RouteName, subject: string | null): Fault {
    for (const entry of this.rules) {
      if (!matches(entry.rule, route, subject) || this.random() >= (entry.rule.probability ?? 1)) continue;
      entry.left--;
      if (entry.left <= 0) this.rules = this.rules.filter((other) => other !== entry);
      return entry.rule;
    }
    return {};
  }
}

function matches(rule: FaultRule, route: RouteName, subject: string | null): boolean {
  if (rule.subject !== undefined && rule.subject !== subject) return false;
  return rule.route === undefined || [rule.route].flat().includes(route);
}
