// Run as a process of its own: adds examples to the collection in the folder named, and says each id once it is stored.
import { Collection } from '../../../src/compreface/embedded/store/collection.js';

async function main(folder: string): Promise<void> {
  const collection = Collection.open(folder, 'model');
  const alive = new AbortController().signal;
  for (let i = 1; ; i++) {
    const embedding = Float32Array.from({ length: 128 }, (_, k) => Math.sin(i * (k + 1)));
    const photo = Buffer.alloc(20_000, String(i % 10));
    const id = await collection.addExample({ subject: `Person ${i % 7}`, embedding, photo }, alive);
    process.stdout.write(`${id}\n`);
  }
}

void main(process.argv[2] ?? '');
