import { ExpectedError } from '../demo/expected-error.mjs';

/** The id of the person of that name, made when there is none: `{id}`, or `{problem}` when the name is none. */
export async function findOrMakePerson(service, name) {
  const { status, answer } = await service.call('/persons', () => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  }));
  if (status === 201) return { id: answer.person.id };
  const existing = answer.details?.existing_person_id;
  if (status === 409 && existing) return { id: existing };
  if (status === 400) return { problem: `The folder's name cannot be a person's: ${answer.error}` };
  throw new ExpectedError(`The service cannot make the person: ${status} ${answer.error ?? ''}`);
}

/** Whether there is a person of that name; null when the service does not say. */
export async function personExists(service, name) {
  const { status, answer } = await service.call(`/persons?${new URLSearchParams({ search: name, limit: '200' })}`);
  if (status !== 200) return null;
  return answer.persons.some((person) => person.name.toLowerCase() === name.toLowerCase());
}
