import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MODEL_VERSIONS } from '../../../src/compreface/embedded/models/face-analyser.js';
import { openDatabaseFile } from '../../../src/compreface/embedded/store/database-file.js';

const DIMENSION = 128;

/** Puts that many examples of strangers, of random directions and without photos, into a collection that nobody has open. */
export function seedExamples(dataDir: string, count: number): void {
  mkdirSync(dataDir, { recursive: true });
  const db = openDatabaseFile(join(dataDir, 'collection.sqlite'));
  const subject = db.prepare("INSERT INTO subject (id, name, folded) VALUES (1, 'Strangers', 'STRANGERS')");
  const example = db.prepare('INSERT INTO example (id, subject_id, model, embedding) VALUES (?, 1, ?, ?)');
  db.transaction(() => {
    subject.run();
    for (let i = 0; i < count; i++) example.run(randomUUID(), MODEL_VERSIONS.calculator, randomDirection());
  })();
  db.close();
}

function randomDirection(): Buffer {
  const vector = Float32Array.from({ length: DIMENSION }, () => Math.random() - 0.5);
  const length = Math.hypot(...vector);
  return Buffer.from(vector.map((value) => value / length).buffer);
}
