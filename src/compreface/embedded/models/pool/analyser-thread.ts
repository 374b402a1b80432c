// Entry point of a worker thread: answers every AnalyseRequest with one AnalyseReply.
import { parentPort } from 'node:worker_threads';
import { DirectFaceAnalyser } from '../direct-face-analyser.js';
import { UnreadableImageError } from '../face-analyser.js';
import type { AnalyseReply, AnalyseRequest } from './thread-messages.js';

const analyser = new DirectFaceAnalyser();

async function answer({ image, options }: AnalyseRequest): Promise<AnalyseReply> {
  try {
    const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
    return { kind: 'analysed', analysis: await analyser.analyse(bytes, options) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: error instanceof UnreadableImageError ? 'unreadable' : 'failed', message };
  }
}

parentPort?.on('message', (request: AnalyseRequest) => {
  void answer(request).then((reply) => parentPort?.postMessage(reply));
});
