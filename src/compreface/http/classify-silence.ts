import type { CallKind, Silence } from './observation.js';
import { ambiguous, misconfigured, unavailable, type Verdict } from './verdict.js';

const UNREACHABLE = 'Failed to connect to CompreFace service';

// OpenSSL's and Node's names for a certificate that a person has to look at.
const CERTIFICATE = /^(?:CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_CERT)/;

/** What it means that no complete answer came. */
export function classifySilence(silence: Silence, call: CallKind): Verdict {
  switch (silence.cause) {
    case 'connect_timeout':
      return unreachable();
    case 'headers_timeout':
      return ambiguous(call, 'overloaded', 'CompreFace did not answer in time');
    case 'total_timeout':
      return ambiguous(call, 'overloaded', 'The answer of CompreFace did not arrive in time');
    case 'aborted':
      return stopped(silence, call);
    case 'network':
      return brokenConnection(silence, call);
  }
}

function brokenConnection({ code, sent }: Silence, call: CallKind): Verdict {
  if (CERTIFICATE.test(code)) {
    return misconfigured(
      `The TLS certificate of CompreFace is not trusted (${code})`,
      'Use a certificate that this host trusts, name its authority in NODE_EXTRA_CA_CERTS, or use http inside one network',
    );
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return misconfigured(
      'CompreFace does not speak https at this port',
      'Write http:// in COMPREFACE_URL, or use the https port',
    );
  }
  if (code === 'ERR_INVALID_CHAR') {
    return misconfigured('The API key has characters that no header can carry', 'Copy COMPREFACE_API_KEY again');
  }
  if (code === 'HPE_INVALID_CONSTANT' && call !== 'add') {
    return misconfigured(
      'The configured port does not speak HTTP',
      'Check the port of COMPREFACE_URL: it is usually 8000',
    );
  }
  return sent ? ambiguous(call, 'unreachable', 'The connection to CompreFace broke') : unreachable();
}

// We stopped it ourselves: no sign of how the service is.
function stopped({ sent }: Silence, call: CallKind): Verdict {
  const untouched = { breaker: 'ignored', overload: false } as const;
  if (!sent) return unavailable('throttled', 'Stopped before it was sent to CompreFace', untouched);
  return ambiguous(call, 'throttled', 'Stopped while CompreFace was at it', untouched);
}

function unreachable(): Verdict {
  return unavailable('unreachable', UNREACHABLE, { breaker: 'connect_failure' });
}
