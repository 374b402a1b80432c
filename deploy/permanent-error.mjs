/** Another try cannot help: a person has to change something. The message says what, and is fit to be printed. */
export class PermanentError extends Error {}
