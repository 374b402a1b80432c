import { ExpectedError } from './expected-error.mjs';

/** The few routes of the documented API that the demo calls. */
export function openApi(serviceUrl) {
  const base = `${serviceUrl}/api`;
  return {
    get: async (path) => succeeded(await request(base + path)),
    post: async (path, body) => succeeded(await request(base + path, json(body))),
    delete: async (path) => succeeded(await request(base + path, { method: 'DELETE' })),
    /** An upload that keeps no file is answered 413, 415 or 422, with a verdict for each file all the same. */
    uploadFaces: async (personId, files) => {
      const { status, answer } = await request(`${base}/persons/${personId}/faces`, {
        method: 'POST',
        body: form(files),
      });
      const verdicts = answer.files ?? answer.details?.files;
      return verdicts ?? succeeded({ status, answer });
    },
  };
}

/** Sends one image to a route of CompreFace. */
export async function postImage(url, headers, image) {
  const body = new FormData();
  body.append('file', new Blob([image]), 'photo.jpg');
  return request(url, { method: 'POST', headers, body });
}

/** A 4xx or 5xx as an error that says what the service said. */
export function succeeded({ status, answer }) {
  if (status < 400) return answer;
  const { error, message, details } = answer;
  const fields = details?.fields?.map((field) => `${field.field} ${field.message}`) ?? [];
  throw new ExpectedError(
    [`${status}: ${error ?? message}`, details?.suggestion, ...fields].filter(Boolean).join('. '),
  );
}

async function request(url, options) {
  try {
    const response = await fetch(url, options);
    return { status: response.status, answer: await response.json() };
  } catch (error) {
    throw new ExpectedError(`The service does not answer: ${error.cause?.code ?? error.message}`);
  }
}

function json(body) {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function form(files) {
  const body = new FormData();
  for (const { name, bytes } of files) body.append('files', new Blob([bytes]), name);
  return body;
}
