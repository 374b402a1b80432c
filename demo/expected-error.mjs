/** Something that whoever runs the demo can mend: shown without a stack. */
export class ExpectedError extends Error {
  expected = true;
}
