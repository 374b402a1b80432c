/** What the network between a client and its server does. */
export type NetworkMode =
  | { readonly kind: 'pass' }
  /** Nobody listens any more: new connections are refused, the existing ones are reset. */
  | { readonly kind: 'refuse' }
  /** Packets vanish: connections open but stay silent; what is sent is held, and arrives when the mode changes. */
  | { readonly kind: 'blackhole' }
  /** Every connection is reset as soon as it has carried so many bytes in this direction, counted from now on. */
  | { readonly kind: 'reset'; readonly direction: Direction; readonly bytes: number }
  /** Each chunk is held for `ms`, in order, in both directions. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Each direction of each connection carries so many bytes per second. */
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** The existing connections lose their server and are never told: silence for good. New ones pass. */
  | { readonly kind: 'half-open' };

/** `request`: from the client to the server. */
export type Direction = 'request' | 'response';
