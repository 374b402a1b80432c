import { setTimeout as wait } from 'node:timers/promises';
import { ExpectedError } from './expected-error.mjs';
import { bar, note, plural, progress, progressDone, seconds } from './output.mjs';

const LOOK_EVERY_MS = 250;
const STANDSTILL_MS = 120_000;

/** Queues everybody, has the queue processed without waiting for the answer, and watches it. */
export async function train(api, enrolled) {
  for (const { record } of enrolled) {
    await api.post(`/persons/${record.id}/queue-training`, { trainingType: 'full', config: { minFacesThreshold: 1 } });
  }
  note(`${plural(enrolled.length, 'job')} queued.`);
  const startedAt = performance.now();
  await api.post('/training/process-queue', { config: { wait: false } });
  await watch(api, enrolled.length);
  const tookMs = performance.now() - startedAt;
  const { stats } = await api.get('/training/stats');
  const { successful, failed } = stats.breakdown;
  progressDone(
    `${successful} of ${plural(enrolled.length, 'job')} completed in ${seconds(tookMs)}; trained: ${plural(stats.trainedPeople, 'person', 'people')}.`,
  );
  await tellWhatWasLeftOut(api, enrolled);
  if (failed > 0) throw new ExpectedError('Not every training succeeded');
}

/** A job is completed when the outcome of every face is known; that of some may be that CompreFace does not take them. */
async function tellWhatWasLeftOut(api, enrolled) {
  for (const { name, record } of enrolled) {
    const { trainingHistory } = await api.get(`/persons/${record.id}/training-history?limit=1`);
    if (trainingHistory[0].success_rate === 100) continue;
    const { job } = await api.get(`/training/jobs/${trainingHistory[0].id}`);
    for (const { face_id: id, reason } of job.faces)
      if (reason) note(`Not trained: ${name}, face ${id}: ${reason.message}`);
    if (job.error) note(`Failed: ${name}: ${job.error.message}`);
  }
}

/** Polls the queue until all jobs have ended. */
async function watch(api, total) {
  let seen = '';
  let movedAt = performance.now();
  for (;;) {
    const { queue } = await api.get('/training/queue');
    const { counts } = queue;
    if (counts.pending + counts.running === 0) return;
    const text = progressText(queue, total);
    progress(text);
    if (text !== seen) [seen, movedAt] = [text, performance.now()];
    if (performance.now() - movedAt > STANDSTILL_MS) throw new ExpectedError('The queue stands still');
    await wait(LOOK_EVERY_MS);
  }
}

function progressText({ counts, runningJobs }, total) {
  const ended = total - counts.pending - counts.running;
  const running = runningJobs.map(
    ({ person_name: name, progress: { done, total: faces } }) => `${name} ${done}/${faces}`,
  );
  return `${bar(ended, total)} ${ended} of ${total} jobs; now ${running.join(', ') || 'between two jobs'}`;
}
