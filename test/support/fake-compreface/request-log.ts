import { routeNames, type RouteName } from './routes.js';

/** One request as the server saw it. */
export interface LoggedRequest {
  readonly route: RouteName;
  readonly subject: string | null;
  /** Of the received body; two uploads of one photo are told apart from two photos by the examples' hashes, not by this. */
  readonly bytes: number;
  /** Epoch ms of arrival, comparable between the processes of one machine. */
  readonly atMs: number;
  /** Null when the client got no answer: reset, hang, or it left. */
  status: number | null;
}

export interface RequestReport {
  readonly counts: Readonly<Record<RouteName, number>>;
  /** Uploads that were answered 201. */
  readonly confirmedUploads: number;
  readonly inFlight: number;
  /** The most requests that were open at once, on any route, and on `addFace` alone. */
  readonly peakInFlight: number;
  readonly peakUploadsInFlight: number;
  /** The most photos that the core worked on at once. */
  readonly peakBusy: number;
  /** The last 20,000 requests, oldest first. */
  readonly log: readonly LoggedRequest[];
}

const KEPT = 20_000;

/** Counts and remembers what was asked of the fake server. */
export class RequestLog {
  private counts = noCounts();
  private confirmedUploads = 0;
  private entries: LoggedRequest[] = [];
  private open = { all: 0, uploads: 0 };
  private peak = { all: 0, uploads: 0 };

  /** To be called at arrival; the returned function at the end, with the status that was sent or null. */
  begin(route: RouteName, subject: string | null, bytes: number): (status: number | null) => void {
    const atMs = performance.timeOrigin + performance.now();
    const entry: LoggedRequest = { route, subject, bytes, atMs, status: null };
    const upload = route === 'addFace' ? 1 : 0;
    this.counts[route]++;
    this.entries.push(entry);
    if (this.entries.length > KEPT * 1.1) this.entries = this.entries.slice(-KEPT);
    this.open = { all: this.open.all + 1, uploads: this.open.uploads + upload };
    this.peak = {
      all: Math.max(this.peak.all, this.open.all),
      uploads: Math.max(this.peak.uploads, this.open.uploads),
    };
    return (status) => {
      entry.status = status;
      if (upload > 0 && status === 201) this.confirmedUploads += 1;
      this.open = { all: this.open.all - 1, uploads: this.open.uploads - upload };
    };
  }

  report(peakBusy: number): RequestReport {
    return {
      counts: { ...this.counts },
      confirmedUploads: this.confirmedUploads,
      inFlight: this.open.all,
      peakInFlight: this.peak.all,
      peakUploadsInFlight: this.peak.uploads,
      peakBusy,
      log: this.entries.slice(-KEPT),
    };
  }

  /** Forgets all but the requests that are still open. */
  clear(): void {
    this.counts = noCounts();
    this.confirmedUploads = 0;
    this.entries = [];
    this.peak = { ...this.open };
  }
}

function noCounts(): Record<RouteName, number> {
  return Object.fromEntries(routeNames.map((route) => [route, 0])) as Record<RouteName, number>;
}
