import { HTTP_STATUS } from '../../src/errors/http-status.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { ApiDocument, type Schema } from '../support/openapi-schema.js';

const document = new ApiDocument();
const operations = document.operations.map((operation) => [operation.operationId, operation] as const);

describe('docs/openapi.json', () => {
  it('gives every operation an id of its own', () => {
    const ids = operations.map(([id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(operations)('says in a short sentence what %s does, and where it belongs', (_id, { summary, tags }) => {
    expect(summary).toMatch(/^[A-Z].{5,120}$/);
    expect(tags).toHaveLength(1);
  });

  it.each(operations)('describes every parameter of %s, with an example within its bounds', (_id, { parameters }) => {
    for (const { description, schema, in: place, required } of parameters) {
      expect(description).toMatch(/.{5,}/);
      expect(document.complaints(schema, document.example(schema))).toEqual([]);
      expect(required).toBe(place === 'path');
    }
  });

  it.each(operations)('describes the success of %s', (_id, { responses }) => {
    const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
    expect(successes.length).toBeGreaterThan(0);
    for (const [, { description, content }] of successes) {
      expect(description).not.toBe('');
      expect(Object.values(content ?? {})).toHaveLength(1);
    }
  });

  it.each(operations)(
    'describes every error of %s with its body, its codes and an example of each',
    (_id, operation) => {
      const { path, parameters, requestBody, responses } = operation;
      const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      const statuses = errors.map(([status]) => status);
      expect(statuses).toEqual(expect.arrayContaining(['500', '503']));
      if (parameters.length > 0 || requestBody) expect(statuses).toContain('400');
      if (path.includes('{')) expect(statuses).toContain('404');
      if (requestBody) expect(statuses).toEqual(expect.arrayContaining(['413', '415']));
      for (const [status, { description, content }] of errors) {
        const { schema, examples = {} } = content!['application/json']!;
        expect(Object.keys(examples).sort()).toEqual(description.split(', ').sort());
        for (const [code, { value }] of Object.entries(examples)) {
          expect(document.complaints(schema, value)).toEqual([]);
          expect({ code, status: String(HTTP_STATUS[code as keyof typeof HTTP_STATUS]) }).toEqual({
            code: (value as { code: string }).code,
            status,
          });
        }
      }
    },
  );

  it.each(operations.filter(([, { requestBody }]) => requestBody))(
    'has an example that fits for the body of %s',
    (_id, { requestBody }) => {
      for (const [type, { schema }] of Object.entries(requestBody!.content)) {
        if (type === 'application/json') expect(document.complaints(schema, document.example(schema))).toEqual([]);
        else {
          const { file, files = { type: 'array', minItems: 1, items: file } } = schema.properties ?? {};
          expect(files).toMatchObject({ type: 'array', minItems: 1, items: { type: 'string', format: 'binary' } });
        }
      }
    },
  );

  it.each(document.schemaNames)(
    'says of each field of %s what it is: a kind, and an example, a description or a shape of its own',
    (name) => {
      const { properties = {} } = document.resolve({ $ref: `#/components/schemas/${name}` });
      expect(Object.keys(properties).length).toBeGreaterThan(0);
      for (const [field, schema] of Object.entries(properties)) {
        expect({ field, told: isTold(schema) }).toEqual({ field, told: true });
      }
    },
  );

  it('names nothing of the machine that made it', () => {
    expect(JSON.stringify(document)).not.toMatch(/127\.0\.0\.1|localhost|\/home\/|\/root|\/tmp\//);
  });
});

function isTold({ $ref, allOf, type, items, example, description, nullable }: Schema): boolean {
  if ($ref !== undefined || allOf) return true;
  if (type === 'array') return items !== undefined;
  return type !== undefined && (example !== undefined || description !== undefined || nullable === true);
}

describe('the documentation that the service shows', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await newTestApp();
  });
  afterAll(() => t.close());

  it('has the same routes as the file', async () => {
    const { paths } = (await t.api.get('/docs-json')).body as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const shown = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [operationId, method.toUpperCase(), path].join(' ')),
    );
    expect(shown.sort()).toEqual(
      document.operations.map(({ operationId, method, path }) => `${operationId} ${method} ${path}`).sort(),
    );
  });

  it('is a page whose parts can be loaded without another host', async () => {
    const page = await t.api.get('/docs');
    expect(page.status).toBe(200);
    const parts = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part]) => part!);
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      expect(part).not.toMatch(/^(?:https?:)?\/\//);
      const response = await fetch(new URL(part, `${t.api.baseUrl}/api/docs/`));
      expect({ part, status: response.status }).toEqual({ part, status: 200 });
    }
  });
});
