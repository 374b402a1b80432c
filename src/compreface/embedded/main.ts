import { readCommandLine, USAGE } from './command-line.js';
import { startEmbeddedEngine } from './start-embedded-engine.js';
import type { EmbeddedServer, EmbeddedServerOptions } from './embedded-server.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<void> {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine.kind === 'help') say(USAGE);
  else if (commandLine.kind === 'serve') await serve(commandLine.options);
  else {
    complain(`${commandLine.complaint}\n\n${USAGE}`);
    process.exitCode = 2;
  }
}

async function serve({ dataDir, ...options }: Omit<EmbeddedServerOptions, 'analyser'>): Promise<void> {
  const server = await startEmbeddedEngine(dataDir, { ...options, logger: { error: complain } });
  // Whoever read the first lines may have gone: that is no reason to end.
  process.stdout.on('error', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(server));
  say(`CompreFace-compatible service: ${server.url}`);
  say(`  recognition key   ${server.apiKeys.recognition}`);
  say(`  detection key     ${server.apiKeys.detection}`);
  say(`  verification key  ${server.apiKeys.verification}`);
}

/** Answers what is under way and ends; a second signal ends at once, as Node does by itself. */
async function stop(server: EmbeddedServer): Promise<void> {
  await server.close();
  say('Stopped');
}

main().catch((error: unknown) => {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
