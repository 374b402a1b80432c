/** Subjects that this product made: `slug-xxxxxx`, at most 50 characters. Nothing else is ever removed from CompreFace. */
const OWN_SUBJECT = /^[a-z0-9]+(?:-[a-z0-9]+)*-[a-z2-7]{6}$/;

/** Whether the subject's name is of the pattern that this product gives its own subjects. */
export function isOwnSubject(subject: string): boolean {
  return subject.length <= 50 && OWN_SUBJECT.test(subject);
}
