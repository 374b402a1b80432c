import type { RequestHandler } from 'express';

/** What CompreFace's nginx adds for pages of other origins: every one may call, and OPTIONS is answered without a key. */
export const allowBrowsers: RequestHandler = (request, response, next) => {
  response.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
    'Access-Control-Allow-Headers': 'Content-Type, x-api-key',
  });
  if (request.method === 'OPTIONS') response.status(204).end();
  else next();
};
