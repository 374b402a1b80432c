import { randomUUID } from 'node:crypto';
import type { Photos } from './photos.js';
import type { FilePart, Json, Reply, Target } from './target.js';

export const SUBJECTS = '/recognition/subjects';
export const FACES = '/recognition/faces';
export const RECOGNIZE = '/recognition/recognize';
export const UNKNOWN_ID = '11111111-1111-4111-8111-111111111111';

/** What the cases act on: the service, photos, and subjects of their own that are removed at the end. */
export class World {
  private readonly own = new Set<string>();
  private known: Promise<Example> | undefined;

  constructor(
    readonly target: Target,
    readonly photos: Photos,
  ) {}

  /** A name that nobody has. */
  newName(prefix = 'Conformance'): string {
    const name = `${prefix}-${randomUUID().slice(0, 13)}`;
    this.own.add(name);
    return name;
  }

  /** Creates a subject of our own. */
  async newSubject(prefix?: string): Promise<string> {
    const subject = this.newName(prefix);
    await this.expect(201, this.target.sendJson('POST', SUBJECTS, { subject }));
    return subject;
  }

  upload(subject: string, photo: FilePart): Promise<Reply> {
    return this.target.sendForm(`${FACES}?subject=${encodeURIComponent(subject)}`, { file: photo });
  }

  /** Uploads an example and answers its id. */
  async newExample(subject: string, photo: FilePart): Promise<string> {
    const { json } = await this.expect(201, this.upload(subject, photo));
    return json['image_id'] as unknown as string;
  }

  /** One example of `photos.ann` under a subject of its own, which no case changes. */
  ann(): Promise<Example> {
    return (this.known ??= this.newAnn());
  }

  async subjects(): Promise<readonly string[]> {
    const { json } = await this.expect(200, this.target.send('GET', SUBJECTS));
    return json['subjects'] as readonly string[];
  }

  /** How many examples are listed under exactly this name. */
  async total(subject: string): Promise<number> {
    const list = this.target.send('GET', `${FACES}?subject=${encodeURIComponent(subject)}`);
    return (await this.expect(200, list)).json['total_elements'] as unknown as number;
  }

  /** The faces that `recognize` answers for a photo. */
  async recognized(photo: FilePart, query = ''): Promise<readonly Json[]> {
    const { json } = await this.expect(200, this.target.sendForm(RECOGNIZE + query, { file: photo }));
    return json['result'] as readonly Json[];
  }

  /** Whether nothing at all is stored behind the recognition key. */
  async isEmpty(): Promise<boolean> {
    const { json } = await this.expect(200, this.target.send('GET', FACES));
    return (await this.subjects()).length === 0 && (json['total_elements'] as unknown) === 0;
  }

  /** Removes what was stored by an upload that should have been refused. */
  async undo({ status, json }: Reply): Promise<void> {
    if (status === 201) await this.target.send('DELETE', `${FACES}/${json['image_id'] as unknown as string}`);
  }

  /** Removes the subjects of our own: the examples by id, since CompreFace keeps the photos of those that go with their subject. */
  async cleanUp(): Promise<void> {
    const ours = new Set([...this.own].map((name) => name.toLowerCase()));
    const names = (await this.subjects()).filter((name) => ours.has(name.toLowerCase()));
    for (const name of names.map(encodeURIComponent)) {
      const { json } = await this.target.send('GET', `${FACES}?size=2000&subject=${name}`);
      const ids = (json['faces'] as readonly Json[]).map((face) => face['image_id']);
      if (ids.length > 0) await this.target.sendJson('POST', `${FACES}/delete`, ids);
      // By the query, where a mistake in a name cannot mean all subjects.
      await this.target.send('DELETE', `${FACES}?subject=${name}`);
    }
  }

  private async newAnn(): Promise<Example> {
    const subject = this.newName();
    return { subject, id: await this.newExample(subject, this.photos.ann) };
  }

  /** For the steps that lead to a case: they have to work. */
  private async expect(status: number, sent: Promise<Reply>): Promise<Reply> {
    const reply = await sent;
    if (reply.status !== status)
      throw new Error(`a step before was answered ${reply.status}: ${reply.bytes.toString()}`);
    return reply;
  }
}

export interface Example {
  readonly subject: string;
  readonly id: string;
}
