// How long the nearest examples of one face take, by the size of the collection:
//   node bench/search.cjs            (sources; needs nothing built)
require('../test/support/typescript-register.cjs');
const { Gallery } = require('../src/compreface/embedded/store/gallery.ts');

const DIMENSION = 128;
const RUNS = 60;

function randomDirection() {
  const vector = Float32Array.from({ length: DIMENSION }, () => Math.random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function median(times) {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

function timed(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function measure(size) {
  const gallery = new Gallery(DIMENSION);
  for (let i = 0; i < size; i++) gallery.add(String(i), randomDirection());
  const probes = Array.from({ length: RUNS }, randomDirection);
  const search = (count) => {
    const times = probes.map((probe) => timed(() => gallery.nearest(probe, count)));
    return { median: median(times), worst: Math.max(...times) };
  };
  search(1); // warm-up
  const [top1, top100] = [search(1), search(100)];
  const change = median(
    probes.map((probe, i) =>
      timed(() => {
        gallery.remove(String(i));
        gallery.add(String(i), probe);
      }),
    ),
  );
  return { size, top1, top100, change };
}

console.log('examples   top 1: median / worst ms   top 100: median / worst ms   remove + add: median ms');
const rows = [1_000, 10_000, 100_000].map(measure);
for (const { size, top1, top100, change } of rows) {
  const pair = ({ median: middle, worst }) => `${middle.toFixed(2)} / ${worst.toFixed(2)}`.padEnd(26);
  console.log(`${String(size).padEnd(10)} ${pair(top1)} ${pair(top100)} ${change.toFixed(4)}`);
}
const [small, , large] = rows;
console.log(`100 times the examples take ${(large.top1.median / small.top1.median).toFixed(0)} times the time`);
