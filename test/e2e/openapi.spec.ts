import { eventually } from '../support/eventually.js';
import { aFacePhoto } from '../support/face-photos.js';
import { databases } from '../support/databases.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { ApiDocument, type Operation, type Schema } from '../support/openapi-schema.js';

/** What later steps need of an answer. */
interface Answer {
  readonly person: { readonly id: number };
  readonly faces: readonly { readonly id: number }[];
  readonly trainingId: number;
  readonly validationId: number;
  readonly photo: { readonly id: number };
  readonly batches: readonly { readonly id: number }[];
}

/** A call of an operation, with what has to happen around it. */
interface Step {
  readonly id: string;
  readonly before?: () => Promise<unknown>;
  readonly after?: (body: Answer) => unknown;
}

/** As much of Express's router as is needed to see its routes. */
interface Layer {
  readonly route?: { readonly path: string | string[]; readonly methods: Readonly<Record<string, boolean>> };
}

const document = new ApiDocument();

/** Which photos to send in a field of an upload. */
function photosFor({ items, format }: Schema): readonly number[] {
  if (items?.format === 'binary') return [0, 1, 2, 3, 4];
  return format === 'binary' ? [50] : [];
}

describe.each(databases)(
  'every route of docs/openapi.json, called with the examples of the document on $name,',
  (database) => {
    let t: TestApp;
    const called = new Set<string>();
    const known = {
      personId: 0,
      otherId: 0,
      jobId: 0,
      validationId: 0,
      photoId: 0,
      batchId: 0,
      faceIds: [] as number[],
    };

    beforeAll(async () => {
      t = await newTestApp({ database });
      known.otherId = (await t.api.aPersonWithFaces(3, 50, 'Other Olga')).personId;
    });
    afterAll(() => t.close());

    const queue = async (personId: number, trainingType = 'full'): Promise<number> => {
      const { body } = await t.api.post(`/persons/${personId}/queue-training`, {
        trainingType,
        config: { minFacesThreshold: 1 },
      });
      return body.trainingId as number;
    };
    /** A failed job: its only face was marked invalid after it was queued. */
    const aFailedJob = async (): Promise<number> => {
      const { personId, faceIds } = await t.api.aPersonWithFaces(1, 51, 'Failing Fay');
      const jobId = await queue(personId);
      await t.api.post(`/faces/${faceIds[0]!}/mark-invalid`);
      await t.api.post('/training/process-queue');
      await t.api.addFaces(personId, 1, 51, 7);
      return jobId;
    };

    /** The examples, with the ids of this run where an example names an id. */
    const withIds = (value: unknown, name = ''): unknown => {
      if (name === 'personId') return value == null ? undefined : known.personId;
      if (name === 'into') return known.otherId;
      if (name === 'faceId') return known.faceIds[0];
      if (name === 'faceIds') return known.faceIds.slice(0, 2);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).map(([inner, of]) => [inner, withIds(of, inner)]));
    };
    const pathOf = ({ path }: Operation): string => {
      const [, room] = /\/(faces|photos|batches)\/\{id\}/.exec(path) ?? [];
      const ids = { faces: known.faceIds[0], photos: known.photoId, batches: known.batchId };
      const id = room === undefined ? known.personId : ids[room as keyof typeof ids];
      return path
        .replace('/validations/{id}', `/validations/${known.validationId}`)
        .replace('{id}', String(id))
        .replace('{jobId}', String(known.jobId));
    };
    const queryOf = ({ parameters }: Operation): string => {
      const inQuery = parameters.filter((parameter) => parameter.in === 'query');
      return new URLSearchParams(
        inQuery.map(({ name, schema }): [string, string] => [name, String(document.example(schema))]),
      ).toString();
    };
    const bodyOf = async ({ requestBody }: Operation): Promise<RequestInit> => {
      const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
      if (type === undefined || content === undefined) return {};
      if (type === 'application/json') {
        return { headers: { 'content-type': type }, body: JSON.stringify(withIds(document.example(content.schema))) };
      }
      const form = new FormData();
      for (const [name, schema] of Object.entries(content.schema.properties ?? {})) {
        for (const variant of photosFor(schema)) {
          form.append(name, new Blob([new Uint8Array(await aFacePhoto({ person: 52, variant }))]), `${variant}.jpg`);
        }
      }
      return { body: form };
    };
    const call = async (operation: Operation, query = ''): Promise<{ status: number; body: unknown }> => {
      const url = `${t.api.baseUrl}${pathOf(operation)}${query === '' ? '' : `?${query}`}`;
      const response = await fetch(url, { method: operation.method, ...(await bodyOf(operation)) });
      const type = response.headers.get('content-type')?.split(';')[0] ?? '';
      const content = operation.responses[String(response.status)]?.content;
      expect({ status: response.status, documented: Object.keys(operation.responses) }).toMatchObject({
        documented: expect.arrayContaining([String(response.status)]),
      });
      expect(Object.keys(content ?? {})).toEqual([type]);
      const body: unknown =
        type === 'application/json' ? await response.json() : Buffer.from(await response.arrayBuffer());
      if (type === 'application/json') expect(document.complaints(content![type]!.schema, body)).toEqual([]);
      return { status: response.status, body };
    };

    const validate = async (personId: number): Promise<void> => {
      await queue(personId, 'validation');
      await t.api.post('/training/process-queue');
    };
    const ended = (jobId: number): Promise<void> =>
      eventually(async () => {
        expect((await t.api.get(`/training/jobs/${jobId}`)).body.job.completed_at).not.toBeNull();
      });

    const STEPS: readonly Step[] = [
      { id: 'persons_create', after: ({ person }) => (known.personId = person.id) },
      { id: 'personFaces_upload', after: ({ faces }) => (known.faceIds = faces.map(({ id }) => id)) },
      { id: 'persons_list' },
      { id: 'persons_get' },
      { id: 'persons_update' },
      { id: 'personFaces_list' },
      { id: 'faceReview_get' },
      { id: 'faceReview_unidentified' },
      { id: 'faceReview_needsReview' },
      { id: 'similarFaces_groups' },
      { id: 'similarFaces_similar' },
      { id: 'faces_image' },
      { id: 'quality_ofPerson' },
      { id: 'quality_getSettings' },
      { id: 'quality_updateSettings' },
      { id: 'quality_decideToTrain' },
      { id: 'quality_takeBack' },
      { id: 'training_getSettings' },
      { id: 'training_updateSettings' },
      { id: 'personTraining_queueTraining', after: ({ trainingId }) => (known.jobId = trainingId) },
      { id: 'jobs_list' },
      { id: 'jobs_get' },
      { id: 'training_queue' },
      { id: 'training_processQueue', before: () => queue(known.otherId) },
      { id: 'personTraining_history' },
      { id: 'stats_training' },
      { id: 'overview_overview' },
      { id: 'overview_recognition' },
      { id: 'personValidation_newest', before: () => validate(known.personId) },
      { id: 'validations_validateAll', after: ({ validationId }) => (known.validationId = validationId) },
      { id: 'validations_list' },
      { id: 'validations_get' },
      { id: 'personTraining_train', after: ({ trainingId }) => ended(trainingId) },
      { id: 'recognitionSettings_getSettings' },
      { id: 'recognitionSettings_updateSettings' },
      { id: 'photos_upload', after: ({ photo }) => (known.photoId = photo.id) },
      { id: 'photos_list' },
      { id: 'photos_get' },
      { id: 'photos_image' },
      { id: 'autoRecognition_autoRecognize' },
      { id: 'recognitionBatches_list', after: ({ batches }) => (known.batchId = batches[0]?.id ?? 0) },
      { id: 'recognitionBatches_undo' },
      { id: 'photos_delete' },
      { id: 'jobs_cancel', before: async () => (known.jobId = await queue(known.personId)) },
      {
        id: 'jobs_retry',
        before: async () => (known.jobId = await aFailedJob()),
        after: () => t.api.post('/training/process-queue'),
      },
      {
        id: 'training_autoTrainNow',
        before: () => t.api.aPersonWithFaces(6, 53),
        after: () => t.api.post('/training/process-queue'),
      },
      { id: 'training_cleanUp' },
      { id: 'consistency_compare' },
      { id: 'consistency_repair' },
      { id: 'faces_unassign' },
      { id: 'faces_assign' },
      { id: 'faces_markInvalid' },
      { id: 'faces_batchAssign', before: () => t.api.delete(`/faces/${known.faceIds[1]!}/person`) },
      {
        id: 'faces_reassign',
        before: () => t.api.put(`/faces/${known.faceIds[0]!}/reassign`, { personId: known.otherId }),
      },
      { id: 'faces_bulkAssign', before: () => t.api.delete(`/faces/${known.faceIds[1]!}/person`) },
      { id: 'faceReview_review' },
      { id: 'similarFaces_nameGroup', before: () => t.api.delete(`/faces/${known.faceIds[1]!}/person`) },
      { id: 'faces_markUnknown' },
      { id: 'faces_delete' },
      { id: 'persons_merge' },
      { id: 'persons_delete', before: () => Promise.resolve((known.personId = known.otherId)) },
      { id: 'compreFace_status' },
      { id: 'health_live' },
      { id: 'health_ready' },
    ];

    it.each(STEPS)('$id answers as documented', async ({ id, before, after }) => {
      await before?.();
      const operation = document.operation(id);
      const { status, body } = await call(operation);
      expect(status).toBeLessThan(300);
      called.add(id);
      await after?.(body as Answer);
      const query = queryOf(operation);
      if (query !== '') expect((await call(operation, query)).status).toBeLessThan(300);
    });

    it('and each of them was called', () => {
      expect([...called].sort()).toEqual(document.operations.map(({ operationId }) => operationId).sort());
    });

    it('answers as documented, too, when there is nothing under the id', async () => {
      Object.assign(known, {
        personId: 2_147_483_647,
        jobId: 2_147_483_647,
        photoId: 2_147_483_647,
        validationId: 2_147_483_647,
        batchId: 2_147_483_647,
        faceIds: [2_147_483_647, 2_147_483_646],
      });
      for (const operation of document.operations.filter(({ path }) => path.includes('{'))) {
        expect({ id: operation.operationId, ...(await call(operation)) }).toMatchObject({
          status: 404,
          body: { code: 'NOT_FOUND' },
        });
      }
    });

    it('and there is no route that the document does not name', () => {
      const express = t.app.getHttpAdapter().getInstance() as unknown as { router: { stack: readonly Layer[] } };
      const served = express.router.stack.flatMap(({ route }) =>
        route
          ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${[route.path].flat()[0] ?? ''}`)
          : [],
      );
      const api = served
        .filter((route) => !/ \/api\/docs/.test(route))
        .map((route) => route.replace(/:(\w+)/g, '{$1}'));
      expect(api.sort()).toEqual(document.operations.map(({ method, path }) => `${method} ${path}`).sort());
    });
  },
);
