/**
 * An error answer of CompreFace's protocol: HTTP status and `code` are separate axes.
 * A null code is an answer without a body, as Spring gives for 406 and 415.
 */
export class WireError extends Error {
  override readonly name = 'WireError';

  constructor(
    readonly status: number,
    readonly code: number | null,
    message: string,
  ) {
    super(message);
  }
}

export type ServiceName = 'Recognition' | 'Detection' | 'Verification';

const invalid = (message: string): WireError => new WireError(400, 26, message);

/** Parameter violations are reported together; each message is followed by a separator, the last one too. */
export const violations = (messages: readonly string[]): WireError => invalid(messages.map((m) => `${m}; `).join(''));

export const undefinedError = (message = 'Something went wrong, please try again'): WireError =>
  new WireError(400, 0, message);

export const unknownRoute = (method: string): WireError =>
  new WireError(404, 0, `Request method '${method}' not supported`);

/** CompreFace's own answer is 400 with code 0, or a broken connection; 413 says what is wrong. */
export const tooLarge = (limitBytes: number): WireError =>
  new WireError(413, 0, `The upload is larger than ${limitBytes} bytes`);

export const emptyField = (javaField: string): WireError => new WireError(400, 5, `Field ${javaField} cannot be empty`);

/** Names only the start of the key: an error must not carry a secret. */
export const unknownKey = (service: ServiceName, apiKey: string): WireError =>
  new WireError(404, 10, `${service} service with API Key ${apiKey.slice(0, 8)}... not found`);

export const missingKey = (): WireError => new WireError(400, 20, 'Missing header: x-api-key');
export const malformedKey = (): WireError => invalid('Service API key should be UUID');
export const badExtension = (name: string): WireError =>
  new WireError(400, 21, `File [${name}] has an unavailable extension`);
export const notBase64 = (): WireError => new WireError(400, 21, 'Provided value is not Base64');

/** A value of the wrong type or malformed JSON; CompreFace answers with an empty body. */
export const badValue = (what: string): WireError => invalid(`Incorrect value of ${what}`);
export const badBody = (message: string): WireError => invalid(message);
export const badName = (): WireError =>
  new WireError(400, 36, "The name cannot contain the following special characters: ';', '/', '\\'");

/** CompreFace gives it for every image that the core refuses, and for a threshold outside 0..1. */
export const noFace = (): WireError => new WireError(400, 28, 'No face is found in the given image');
export const tooManyFaces = (): WireError => new WireError(400, 31, 'More than one face in the source image');

export const missingParameter = (name: string): WireError =>
  new WireError(400, 33, `Required parameter ${name} is missing`);
export const missingPart = (name: string): WireError => new WireError(400, 34, `Required part ${name} is missing`);

export const unknownSubject = (name: string): WireError => new WireError(404, 42, `Subject ${name} not found`);
export const subjectExists = (): WireError => new WireError(400, 43, 'Subject already exists');
export const unknownImage = (id: string): WireError => new WireError(404, 44, `Image ${id} not found`);
export const incorrectImageId = (): WireError => new WireError(404, 44, 'Image Id is incorrect');

const coreFailure = (text: string): WireError =>
  new WireError(500, 41, `Error during synchronization between servers: ${text}`);

/** The analyser broke on this image. Clients tell it from an outage by the `[5`. */
export const coreBroke = (): WireError =>
  coreFailure('[500 INTERNAL SERVER ERROR] during [POST] to [embedded://find_faces]: the analyser failed');

/** No answer in time; nothing was stored. */
export const coreTimeout = (): WireError => coreFailure('Read timed out executing POST embedded://find_faces');

export const notAcceptable = (): WireError => new WireError(406, null, 'Not acceptable');
export const unsupportedMediaType = (): WireError => new WireError(415, null, 'Unsupported media type');
