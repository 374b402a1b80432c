import type { Call } from '../wire/call.js';
import { Parameters } from '../wire/parameters.js';
import { coreBroke, unsupportedMediaType } from '../wire/wire-error.js';
import type { BodyBudget } from './body-budget.js';
import { assertBase64, base64Text, readJsonObject } from './json-body.js';
import { assertExtension, type Form, readForm } from './multipart.js';

/** An image as it came: `bytes` decodes it. */
export interface IncomingImage {
  /** @throws WireError 41 for base64 of a wrong length, as the core breaks on it */
  bytes(): Buffer;
  /** Base64 with line breaks: the core reads it, the API's own decoder does not. */
  readonly hasLineBreaks: boolean;
}

/** How one image is named in the protocol: the part and JSON field, and the field of the Java class that errors name. */
export interface ImageName {
  readonly part: string;
  readonly javaField: string;
}

export const FILE: ImageName = { part: 'file', javaField: 'content' };

/** What a request with images brought, in the order in which CompreFace looks at it. */
export interface Incoming<P> {
  readonly parameters: P;
  /** One for each name asked for. */
  readonly images: readonly IncomingImage[];
}

/** Reads requests with images, multipart or base64. */
export class ImageIntake {
  constructor(private readonly budget: BodyBudget) {}

  /**
   * Checks in CompreFace's order: the parts (34), the parameters as `read` reads them (33, 26), the fields of a JSON body (5),
   * the violations collected (26), the extension or alphabet (21).
   */
  async read<P>(call: Call, names: readonly ImageName[], read: (parameters: Parameters) => P): Promise<Incoming<P>> {
    if (call.request.is('multipart/form-data')) return this.readMultipart(call, names, read);
    if (call.request.is('application/json')) return this.readBase64(call, names, read);
    throw unsupportedMediaType();
  }

  private async readMultipart<P>(
    call: Call,
    names: readonly ImageName[],
    read: (parameters: Parameters) => P,
  ): Promise<Incoming<P>> {
    const form: Form = await readForm(
      call,
      this.budget,
      names.map(({ part }) => part),
    );
    const files = names.map(({ part }) => form.file(part));
    const parameters = new Parameters(call.request, form.fields);
    const values = read(parameters);
    parameters.assertNoViolation();
    files.forEach(assertExtension);
    return { parameters: values, images: files.map(({ bytes }) => ({ bytes: () => bytes, hasLineBreaks: false })) };
  }

  private async readBase64<P>(
    call: Call,
    names: readonly ImageName[],
    read: (parameters: Parameters) => P,
  ): Promise<Incoming<P>> {
    const parameters = new Parameters(call.request);
    const values = read(parameters);
    const body = await readJsonObject(call, this.budget);
    const texts = names.map(({ part, javaField }) => base64Text(body, part, javaField));
    parameters.assertNoViolation();
    const images: IncomingImage[] = [];
    for (const text of texts) images.push(fromBase64(text, await assertBase64(text)));
    return { parameters: values, images };
  }
}

function fromBase64(text: string, { hasLineBreaks }: { hasLineBreaks: boolean }): IncomingImage {
  const bytes = (): Buffer => {
    const dense = hasLineBreaks ? text.replace(/\s/g, '') : text;
    if (dense.length % 4 !== 0) throw coreBroke();
    return Buffer.from(dense, 'base64');
  };
  return { bytes, hasLineBreaks };
}
