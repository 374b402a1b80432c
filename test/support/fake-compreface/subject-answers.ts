import type { Answer, ApiRequest } from './api-request.js';
import { apiError, empty, json, type Reply } from './replies.js';

export const addSubject: Answer = (request, { collection }) => {
  const name = readName(request);
  if (typeof name !== 'string') return name;
  if (collection.hasSubject(name)) return apiError(400, 43, 'Subject already exists');
  collection.addSubject(name);
  return json(201, { subject: name });
};

export const listSubjects: Answer = (_request, { collection }) => json(200, { subjects: collection.subjectNames() });

export const renameSubject: Answer = (request, { collection }) => {
  const name = readName(request);
  if (typeof name !== 'string') return name;
  const updated = collection.rename(request.argument, name);
  return updated === null ? unknownSubject(request.argument) : json(200, { updated });
};

export const deleteSubject: Answer = ({ argument }, { collection }) => {
  const removed = collection.removeSubject(argument);
  return removed ? json(200, { subject: removed.subject }) : unknownSubject(argument);
};

export const wipeSubjects: Answer = (_request, { collection }) => json(200, { deleted: collection.wipe() });

function unknownSubject(name: string): Reply {
  return apiError(404, 42, `Subject ${name} not found`);
}

function readName({ body }: ApiRequest): string | Reply {
  let name: unknown;
  try {
    name = (JSON.parse(body.toString('utf8')) as { subject?: unknown }).subject;
  } catch {
    return empty(400);
  }
  if (typeof name !== 'string' || name.trim() === '') return apiError(400, 26, 'Subject name cannot be empty');
  if (name.length > 50) return apiError(400, 26, 'Subject name size must be between 1 and 50');
  if (/[;/\\]/.test(name)) {
    return apiError(400, 36, "The name cannot contain the following special characters: ';', '/', '\\'");
  }
  return name;
}
