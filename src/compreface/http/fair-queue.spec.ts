import fc from 'fast-check';
import { FairQueue } from './fair-queue.js';

function drain(queue: FairQueue<string>): string[] {
  const order: string[] = [];
  for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) order.push(entry);
  return order;
}

describe('the fair queue', () => {
  it('gives the keys their turns, and each key its entries in order', () => {
    const queue = new FairQueue<string>();
    for (const entry of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) queue.push(entry.charAt(0), entry);
    expect(drain(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('lets an entry that comes late wait for no more than one of each other key', () => {
    const queue = new FairQueue<string>();
    for (let index = 0; index < 10_000; index++) queue.push('big', `big${index}`);
    queue.push('small', 'small');
    expect(drain(queue).indexOf('small')).toBe(1);
  });

  it('forgets removed entries', () => {
    const queue = new FairQueue<string>();
    queue.push('a', 'a1');
    queue.push('a', 'a2');
    queue.remove('a', 'a1');
    queue.remove('b', 'b1');
    expect(drain(queue)).toEqual(['a2']);
  });

  it('gives back every entry once, in order within its key', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), (keys) => {
        const queue = new FairQueue<string>();
        const entries = keys.map((key, index) => `${key}${index}`);
        for (const entry of entries) queue.push(entry.charAt(0), entry);
        const order = drain(queue);
        for (const key of 'abc') {
          expect(order.filter((each) => each.startsWith(key))).toEqual(entries.filter((each) => each.startsWith(key)));
        }
        expect(order).toHaveLength(entries.length);
      }),
    );
  });
});
