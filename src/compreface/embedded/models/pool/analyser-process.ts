// Entry point of a worker process: answers every AnalyseRequest with one AnalyseReply until its parent is gone.
import { DirectFaceAnalyser } from '../direct-face-analyser.js';
import { UnreadableImageError } from '../face-analyser.js';
import type { AnalyseReply, AnalyseRequest } from './process-messages.js';

const analyser = new DirectFaceAnalyser();

async function answer({ image, options }: AnalyseRequest): Promise<AnalyseReply> {
  try {
    return { kind: 'analysed', analysis: await analyser.analyse(image, options) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: error instanceof UnreadableImageError ? 'unreadable' : 'failed', message };
  }
}

process.on('message', (request: AnalyseRequest) => {
  void answer(request).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit(0));

// Ctrl-C reaches the whole group of processes; only the parent decides, which may have requests to finish.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
