import { Gallery } from '../../src/compreface/embedded/store/gallery.js';
import { median, number, table } from './report.js';

const DIMENSION = 128;
const RUNS = 60;

/** How long the nearest examples of one face take, by the size of the collection; random directions, no models. */
export function measureSearch(): void {
  const rows = [1_000, 10_000, 100_000].map(measure);
  console.log(`\nSearch for one face on the main thread, milliseconds; ${RUNS} searches each`);
  // The fastest is what other processes had no part in.
  const spread = (what: string) => [`${what}: fastest`, 'median', 'slowest'];
  const heads = ['examples', ...spread('nearest'), ...spread('nearest 100'), 'remove and add: median'];
  console.log(table(heads, rows));
}

function measure(size: number): (number | string)[] {
  const gallery = new Gallery(DIMENSION);
  for (let i = 0; i < size; i++) gallery.add(String(i), randomDirection());
  const probes = Array.from({ length: RUNS }, randomDirection);
  const search = (count: number) => {
    const times = probes.map((probe) => timed(() => gallery.nearest(probe, count)));
    return [Math.min(...times), median(times), Math.max(...times)].map(number);
  };
  // The first ones are compiled.
  search(1);
  const changes = probes.map((probe, i) =>
    timed(() => {
      gallery.remove(String(i));
      gallery.add(String(i), probe);
    }),
  );
  return [size, ...search(1), ...search(100), median(changes).toFixed(4)];
}

function randomDirection(): Float32Array {
  const vector = Float32Array.from({ length: DIMENSION }, () => Math.random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
