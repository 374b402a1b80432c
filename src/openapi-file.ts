import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { API_PREFIX } from './http-app.js';
import { openApiDocument } from './openapi-document.js';

/**
 * Writes the API's description to docs/openapi.json: `node dist/openapi-file.js`. With `--check` it only compares, and exits with 1 when
 * the file is not what this build gives. Nothing is started: no database, no engine, no port.
 */
async function main(): Promise<void> {
  const file = join(__dirname, '..', 'docs', 'openapi.json');
  const text = await render();
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  const found = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (found === text) return;
  const line = firstDifference(found, text);
  process.stderr.write(
    `docs/openapi.json is not what the build gives, from line ${line} on. Run "npm run openapi" and commit the file.\n`,
  );
  process.exitCode = 1;
}

async function render(): Promise<string> {
  const app = await NestFactory.create(AppModule.forEnvironment({}), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  app.setGlobalPrefix(API_PREFIX);
  return `${JSON.stringify(openApiDocument(app), null, 2)}\n`;
}

function firstDifference(a: string, b: string): number {
  const [linesOfA, linesOfB] = [a.split('\n'), b.split('\n')];
  const at = linesOfB.findIndex((line, index) => line !== linesOfA[index]);
  return at < 0 ? linesOfB.length : at + 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
