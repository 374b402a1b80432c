import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { documentedErrors } from './errors/error-body.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Schema = Record<string, unknown>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const DESCRIPTIONS: Readonly<Record<string, string>> = { '200': 'Done', '201': 'Created', '202': 'The work goes on' };

/** The API's description. Complete only in the compiled application: the Swagger plugin works at compile time. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('CompreFace training manager')
    .setDescription(
      'Keeps persons and their face photos, and keeps a CompreFace collection right. Times are ISO-8601 in UTC, durations milliseconds, rates per cent. Every error answer has the shape `{error, code, details}`.',
    )
    .setVersion('0.1.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addTag('Training', 'The queue, automatic training and its settings, statistics')
    .addTag('Persons', 'Persons and the photos of their faces')
    .addTag('Faces', 'Faces change hands, are reviewed, and named in groups')
    .addTag('Photos', 'New photos: whose faces are in them')
    .addTag('Recognition', 'Thresholds, looking at faces again, and taking decisions back')
    .addTag('Quality', 'Which faces are too bad to train')
    .addTag('Stats', 'How right the recognition was, and the whole picture')
    .addTag('CompreFace', 'The face recognition server behind')
    .addTag('Health', 'For load balancers and monitors')
    .build();
  const document = SwaggerModule.createDocument(app, config, { operationIdFactory: operationId });
  for (const operation of Object.values(document.paths).flatMap(operationsOf)) complete(operation, document);
  for (const schema of Object.values(document.components?.schemas ?? {})) tidy(schema as Schema);
  return document;
}

/** `PersonsController.get` becomes `persons_get`: unique, and the name of a function in generated clients. */
function operationId(controller: string, method: string): string {
  const resource = controller.replace(/Controller$/, '');
  return `${resource.charAt(0).toLowerCase()}${resource.slice(1)}_${method}`;
}

function operationsOf(item: PathItem): Operation[] {
  return METHODS.flatMap((method) => item[method] ?? []);
}

/** What holds for every route, and what the Swagger plugin leaves out. */
function complete(operation: Operation, document: OpenAPIObject): void {
  splitSummary(operation);
  for (const parameter of operation.parameters ?? []) {
    // The plugin calls a parameter with a default value required.
    if ('in' in parameter && defaultOf(parameter.schema) !== undefined) parameter.required = false;
  }
  completeAnswers(operation);
  completeBody(operation, document);
}

function completeAnswers({ responses }: Operation): void {
  for (const [status, response] of Object.entries(responses)) {
    if (!response || '$ref' in response) continue;
    response.description ||= DESCRIPTIONS[status] ?? '';
    // A route that produces images documents its errors as images, too.
    const [content] = Object.values(response.content ?? {});
    if (Number(status) >= 400 && content) response.content = { 'application/json': content };
  }
}

function completeBody(operation: Operation, document: OpenAPIObject): void {
  const body = operation.requestBody;
  if (!body || '$ref' in body) return;
  const json = body.content['application/json'];
  if (json) body.required = requiredOf(json.schema, document);
  operation.responses = { ...documentedErrors('PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'), ...operation.responses };
}

/** The first sentence is the summary; all of it is the description. */
function splitSummary(operation: Operation): void {
  const text = unwrapped(operation.summary ?? '');
  const sentence = /^.*?[.:](?=\s|$)/s.exec(text)?.[0] ?? text;
  operation.summary = sentence.replace(/[.:]$/, '');
  if (text !== sentence) operation.description = text;
}

function defaultOf(schema: unknown): unknown {
  return (schema as Schema | undefined)?.['default'];
}

/** A body may be left out when nothing in it is required. */
function requiredOf(schema: unknown, document: OpenAPIObject): boolean {
  const name = ((schema as Schema)['$ref'] as string).split('/').at(-1) ?? '';
  const target = document.components?.schemas?.[name] as Schema | undefined;
  return target?.['required'] !== undefined;
}

/** The compiler's order of a union follows the order of its files; sorted, the document changes only with the API. */
function tidy(schema: Schema): void {
  if (Array.isArray(schema['enum'])) schema['enum'].sort();
  if (typeof schema['description'] === 'string') schema['description'] = unwrapped(schema['description']);
  for (const value of Object.values(schema)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) tidy(value as Schema);
  }
}

/** Comments are wrapped for the editor; only an empty line means a paragraph. */
function unwrapped(text: string): string {
  return text.replace(/([^\n])\n(?!\n)/g, '$1 ');
}
