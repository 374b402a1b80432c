import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Database } from '../../src/database/database.js';
import { select } from '../../src/database/sql.js';
import { eventually } from '../support/eventually.js';
import { aFacePhoto } from '../support/face-photos.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

const PROGRAM = join(__dirname, '../../import/import.mjs');

interface Run {
  readonly code: number | null;
  readonly output: string;
}

interface StartedRun {
  readonly child: ChildProcess;
  readonly ended: Promise<Run>;
}

describe('npm run import', () => {
  let t: TestApp;
  let folder: string;
  let look = 0;

  beforeAll(async () => {
    t = await newTestApp();
  });
  afterAll(() => t.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'import-test-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts the import of the folder, as npm would. */
  const start = (...args: string[]): StartedRun => {
    const child = spawn(process.execPath, [PROGRAM, folder, '--url', t.api.baseUrl, '--patience', '10', ...args], {
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<Run>((resolve) => {
      child.once('close', (code) => {
        resolve({ code, output });
      });
    });
    return { child, ended };
  };
  const run = (...args: string[]): Promise<Run> => start(...args).ended;
  const put = (path: string, bytes: Buffer | string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  /** Folders of photos, one for each name; every folder is somebody else. */
  const putPeople = async (names: readonly string[], photosEach: number): Promise<void> => {
    for (const name of names) {
      look = (look + 3) % 90;
      for (let variant = 0; variant < photosEach; variant += 1) {
        put(`${name}/photo-${variant}.jpg`, await aFacePhoto({ person: look, variant }));
      }
    }
  };
  const facesOf = async (name: string): Promise<number> => {
    const [row] = await select<{ n: number }>(
      t.app.get(Database).reader,
      'SELECT COUNT(*) AS n FROM face f JOIN person p ON p.id = f.person_id WHERE p.name = ?',
      [name],
    );
    return Number(row?.n);
  };
  const rows = async (table: 'person' | 'photo' | 'face'): Promise<number> => {
    const [row] = await select<{ n: number }>(t.app.get(Database).reader, `SELECT COUNT(*) AS n FROM ${table}`);
    return Number(row?.n);
  };
  const verdictsIn = (path: string): Record<string, unknown>[] =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('makes each folder a person with its photos, uses a person who is there, and says it of each file', async () => {
    const existing = await t.api.aPerson('Ada There');
    await putPeople(['ada there', 'Björn New'], 2);
    put('Björn New/holiday/deep.jpg', await aFacePhoto({ person: look, variant: 7 }));
    const report = join(folder, '.report.jsonl');
    const { code, output } = await run('--by-folder', '--report', report);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('5 files: 5 accepted.') });
    expect([await facesOf('Ada There'), await facesOf('Björn New')]).toEqual([2, 3]);
    expect((await t.api.get(`/persons/${existing}`)).body.person.face_count).toBe(2);
    expect(verdictsIn(report)).toMatchObject([
      { file: 'Björn New/holiday/deep.jpg', person: 'Björn New', status: 'accepted', face_id: expect.any(Number) },
      { file: 'Björn New/photo-0.jpg' },
      { file: 'Björn New/photo-1.jpg' },
      { file: 'ada there/photo-0.jpg', person: 'ada there' },
      { file: 'ada there/photo-1.jpg' },
    ]);
  });

  it('sends all photos to be recognised when folders are no persons', async () => {
    await putPeople(['2021/summer', '2022'], 2);
    put('copy.jpg', readFileSync(join(folder, '2022/photo-0.jpg')));
    const [persons, photos] = [await rows('person'), await rows('photo')];
    expect(await run()).toMatchObject({
      code: 0,
      output: expect.stringMatching(/5 files: 4 accepted, 1 already there/),
    });
    expect([await rows('person'), await rows('photo')]).toEqual([persons, photos + 4]);
    expect(await run('--again')).toMatchObject({ code: 0, output: expect.stringMatching(/5 files: 5 already there/) });
    expect(await rows('photo')).toBe(photos + 4);
  });

  it('says what it would do in a dry run, and does nothing', async () => {
    await t.api.aPerson('Known Kim');
    await putPeople(['Known Kim', 'Unknown Uma'], 2);
    put('readme.txt', 'not a photo');
    put('loose.jpg', await aFacePhoto({ person: 1 }));
    const before = [await rows('person'), await rows('photo'), await rows('face')];
    const { code, output } = await run('--by-folder', '--dry-run');
    expect(code).toBe(0);
    expect(output).toMatch(/Known Kim: 2 photos, the person is there/);
    expect(output).toMatch(/Unknown Uma: 2 photos, the person would be made/);
    expect(output).toMatch(/readme\.txt +Not a photo/);
    expect(output).toMatch(/loose\.jpg +Not inside a person's folder/);
    expect([await rows('person'), await rows('photo'), await rows('face')]).toEqual(before);
  });

  it('ends with 1 when a file was refused, and the others are in', async () => {
    await putPeople(['Mixed Mia'], 2);
    put('Mixed Mia/empty.jpg', '');
    put('Mixed Mia/nobody.jpg', await aFacePhoto({ person: 3, faces: 0 }));
    put('Mixed Mia/phone.heic', 'x');
    const { code, output } = await run('--by-folder');
    expect(code).toBe(1);
    expect(output).toMatch(/5 files: 2 accepted, 3 rejected/);
    expect(output).toMatch(/NO_FACE +Mixed Mia\/nobody\.jpg/);
    expect(output).toMatch(/phone\.heic +HEIC and AVIF are not supported: export the photo as JPEG/);
    expect(await facesOf('Mixed Mia')).toBe(2);
  });

  it('never leaves the folder, and leaves hidden files alone', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'import-outside-'));
    writeFileSync(join(outside, 'secret.jpg'), await aFacePhoto({ person: 80 }));
    await putPeople(['Inside Ina'], 1);
    symlinkSync(join(outside, 'secret.jpg'), join(folder, 'Inside Ina', 'link.jpg'));
    symlinkSync(outside, join(folder, 'Linked Lou'));
    put('Inside Ina/.hidden.jpg', await aFacePhoto({ person: 81 }));
    put('.trash/old.jpg', await aFacePhoto({ person: 82 }));
    const { output } = await run('--by-folder');
    expect(output).toMatch(/3 files: 1 accepted, 2 skipped/);
    expect([await facesOf('Inside Ina'), await facesOf('Linked Lou'), await facesOf('.trash')]).toEqual([1, 0, 0]);
    rmSync(outside, { recursive: true });
  });

  it('skips what is done, and keeps nothing twice even without its journal', async () => {
    await putPeople(['Twice Tia'], 3);
    await run('--by-folder');
    await t.fake.clearRequests();
    expect(await run('--by-folder')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/3 of 3 photos are done/),
    });
    expect((await t.fake.requests()).counts.recognize).toBe(0);
    expect(await run('--by-folder', '--again')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/3 files: 3 already there/),
    });
    expect(await facesOf('Twice Tia')).toBe(3);
  });

  it('sends a file again that changed', async () => {
    await putPeople(['Changed Cleo'], 1);
    await run('--by-folder');
    put('Changed Cleo/photo-0.jpg', await aFacePhoto({ person: look, variant: 9 }));
    await run('--by-folder');
    expect(await facesOf('Changed Cleo')).toBe(2);
  });

  it('refuses the journal of another import', async () => {
    await putPeople(['Other Olaf'], 1);
    await run('--by-folder');
    expect(await run()).toMatchObject({ code: 2, output: expect.stringMatching(/journal of another import/) });
  });

  it('goes on after kill -9: each face once', async () => {
    const names = ['Killed A', 'Killed B', 'Killed C'];
    await putPeople(names, 12);
    for (const faces of [4, 16]) {
      const { child, ended } = start('--by-folder');
      await eventually(async () => {
        const counts = await Promise.all(names.map(facesOf));
        expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(faces);
      }, 20_000);
      child.kill('SIGKILL');
      await ended;
    }
    const counted = await Promise.all(names.map(facesOf));
    expect(counted.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(36);
    const report = join(folder, '.report.jsonl');
    expect(await run('--by-folder', '--report', report)).toMatchObject({ code: 0 });
    expect(await Promise.all(names.map(facesOf))).toEqual([12, 12, 12]);
    const photos = await select(
      t.app.get(Database).reader,
      "SELECT DISTINCT f.source_hash FROM face f JOIN person p ON p.id = f.person_id WHERE p.name LIKE 'Killed%'",
    );
    expect(photos).toHaveLength(36);
    expect(verdictsIn(report)).toHaveLength(36);
  }, 60_000);

  it('does not overwrite a file that is no journal', async () => {
    await putPeople(['Other Olaf'], 1);
    const notes = join(folder, '.notes.txt');
    writeFileSync(notes, 'first line\nsecond line\n');
    expect(await run('--by-folder', '--journal', notes)).toMatchObject({
      code: 2,
      output: expect.stringMatching(/no journal of an import/),
    });
    expect(readFileSync(notes, 'utf8')).toBe('first line\nsecond line\n');
  });

  it('reads a journal whose last line was cut off', async () => {
    await putPeople(['Torn Tom'], 2);
    await run('--by-folder');
    const journal = join(folder, '.import-journal.jsonl');
    writeFileSync(journal, readFileSync(journal, 'utf8').slice(0, -20));
    expect(await run('--by-folder')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/1 of 2 photos are done/),
    });
    expect(await run('--by-folder')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/2 of 2 photos are done/),
    });
    expect(await facesOf('Torn Tom')).toBe(2);
  });

  it('says what to do when the service does not answer', async () => {
    await putPeople(['Away Ann'], 1);
    const { code, output } = await run('--by-folder', '--url', 'http://127.0.0.1:9', '--patience', '1');
    expect(code).toBe(2);
    expect(output).toMatch(/does not answer[^]*npm start[^]*run the same command again/);
  });

  it.each([
    [['--concurrency', '0'], '--concurrency must be a whole number'],
    [['--url', 'ftp://x'], '--url must be an address'],
    [['--nonsense'], 'npm run import -- FOLDER'],
    [['second-folder'], 'Name one folder'],
  ])('explains itself when it is called with %j', async (args, words) => {
    expect(await run(...args)).toMatchObject({ code: 2, output: expect.stringContaining(words) });
  });
});
