import { IMAGE_ID } from './engine-setup.js';
import { answers, type Script } from './scripted-server.js';

export const SUBJECT = 'ann-smith-abc234';
export const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
export const UPLOAD = `POST /api/v1/recognition/faces?subject=${SUBJECT}`;

export const WRONG_KEY = answers(404, { message: 'Recognition service with API Key x not found', code: 10 });
export const DOWN = answers(502, '<html></html>');

/** Has an empty list of examples for whoever looks, and takes every upload. */
export const well: Script = (seen, response, socket) => {
  const page = { faces: [], page_number: 0, page_size: 1, total_pages: 0, total_elements: 0 };
  const answer = seen.method === 'GET' ? answers(200, page) : answers(201, { image_id: IMAGE_ID, subject: SUBJECT });
  answer(seen, response, socket);
};
