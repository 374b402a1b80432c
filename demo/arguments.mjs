import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ExpectedError } from './expected-error.mjs';

export const USAGE = `npm run demo [-- options]
  --keep           leave the service running until Ctrl-C, and its folder after that
  --faces FOLDER   train people of your own: FOLDER holds one folder of photos for each person, two photos at least;
                   every other photo is trained, the rest is recognised
  --help           show this`;

/** Reads the command line. npm runs scripts in the folder of the package; a relative folder is meant from where npm was called. */
export function readArguments(args) {
  try {
    const { values } = parseArgs({
      args,
      options: { keep: { type: 'boolean' }, faces: { type: 'string' }, help: { type: 'boolean' } },
    });
    const faces = values.faces && resolve(process.env.INIT_CWD ?? process.cwd(), values.faces);
    return { keep: values.keep ?? false, faces, help: values.help ?? false };
  } catch (error) {
    throw new ExpectedError(`${error.message}\n\n${USAGE}`);
  }
}
