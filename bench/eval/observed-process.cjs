// Loaded into the service with --require: at SIGCONT it prints how much memory the process takes and how long its event loop was held
// up since the last time. (Nest takes SIGUSR2 for an order to stop.)
const { monitorEventLoopDelay } = require('node:perf_hooks');

const delay = monitorEventLoopDelay({ resolution: 5 });
let peak = 0;
delay.enable();
setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50).unref();
process.on('SIGCONT', () => {
  const mb = (bytes) => bytes / 1_048_576;
  const figures = {
    p99Ms: delay.percentile(99) / 1e6,
    maxMs: delay.max / 1e6,
    rssMb: mb(process.memoryUsage.rss()),
    peakMb: mb(peak),
  };
  console.log(`OBSERVED ${JSON.stringify(figures)}`);
  delay.reset();
  peak = 0;
});
