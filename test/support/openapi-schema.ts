import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** As much of an OpenAPI 3.0 schema as our document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly nullable?: boolean;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly description?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Content {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Content>> }>
  >;
}

/** docs/openapi.json, with its operations in a row. */
export class ApiDocument {
  readonly operations: readonly Operation[];
  private readonly schemas: Readonly<Record<string, Schema>>;

  constructor(file = join(__dirname, '..', '..', 'docs', 'openapi.json')) {
    const document = JSON.parse(readFileSync(file, 'utf8')) as {
      paths: Record<string, Record<string, Omit<Operation, 'method' | 'path'>>>;
      components: { schemas: Record<string, Schema> };
    };
    this.schemas = document.components.schemas;
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
    );
  }

  get schemaNames(): readonly string[] {
    return Object.keys(this.schemas);
  }

  operation(id: string): Operation {
    const found = this.operations.find(({ operationId }) => operationId === id);
    if (!found) throw new Error(`docs/openapi.json has no operation ${id}`);
    return found;
  }

  resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const target = this.schemas[schema.$ref.split('/').at(-1) ?? ''];
    if (!target) throw new Error(`docs/openapi.json has no ${schema.$ref}`);
    return this.resolve(target);
  }

  /** The value that Swagger UI fills in: examples, put together. */
  example(schema: Schema): unknown {
    const { example, type, properties, items, allOf } = this.resolve(schema);
    if (example !== undefined) return example;
    if (allOf?.[0]) return this.example(allOf[0]);
    if (type === 'array') return items ? [this.example(items)] : [];
    if (type !== 'object') return undefined;
    return Object.fromEntries(Object.entries(properties ?? {}).map(([name, inner]) => [name, this.example(inner)]));
  }

  /** What is wrong with a value, by path; a field that the document does not name is wrong. Empty when all is right. */
  complaints(schema: Schema, value: unknown, path = 'body'): string[] {
    const known = this.resolve(schema);
    if (value === null) return known.nullable ? [] : [`${path} is null`];
    if (known.allOf) return known.allOf.flatMap((part) => this.complaints(part, value, path));
    if (known.enum && !known.enum.includes(value)) return [`${path} is none of ${known.enum.join(', ')}`];
    if (known.type === 'array') return this.complaintsOfList(known, value, path);
    if (known.type === 'object') return this.complaintsOfObject(known, value, path);
    return complaintsOfPlain(known, value, path);
  }

  private complaintsOfList({ items }: Schema, value: unknown, path: string): string[] {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((entry, index) => (items ? this.complaints(items, entry, `${path}[${index}]`) : []));
  }

  private complaintsOfObject(schema: Schema, value: unknown, path: string): string[] {
    if (typeof value !== 'object' || Array.isArray(value)) return [`${path} is no object`];
    const fields = value as Record<string, unknown>;
    const missing = (schema.required ?? [])
      .filter((name) => !(name in fields))
      .map((name) => `${path}.${name} is missing`);
    const wrong = Object.entries(fields).flatMap(([name, inner]) => {
      const known = schema.properties?.[name];
      if (known) return this.complaints(known, inner, `${path}.${name}`);
      return schema.additionalProperties ? [] : [`${path}.${name} is not documented`];
    });
    return [...missing, ...wrong];
  }
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function complaintsOfPlain(schema: Schema, value: unknown, path: string): string[] {
  const { type, format } = schema;
  const wanted = type === 'integer' ? 'number' : type;
  if (typeof value !== wanted) return [`${path} is ${typeof value}, not ${type ?? 'documented'}`];
  if (typeof value === 'number') return complaintsOfNumber(schema, value, path);
  return format === 'date-time' && !ISO.test(String(value)) ? [`${path} is no time`] : [];
}

function complaintsOfNumber({ type, minimum, maximum }: Schema, value: number, path: string): string[] {
  if (type === 'integer' && !Number.isInteger(value)) return [`${path} is no integer`];
  return value < (minimum ?? value) || value > (maximum ?? value) ? [`${path} is out of bounds`] : [];
}
