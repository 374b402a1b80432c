// A fake CompreFace in a process of its own: node -r ./test/support/typescript-register.cjs <this file> '{"port":8000}'
// The argument is FakeCompreFaceOptions as JSON. The first line of output says where it listens; it ends when its standard input ends.
import { serveControl } from './control-server.js';
import type { FakeCompreFaceOptions } from './fake-compreface.js';
import { startFakeCompreFace } from './start-fake-compreface.js';

async function main(): Promise<void> {
  const fake = await startFakeCompreFace(JSON.parse(process.argv[2] ?? '{}') as FakeCompreFaceOptions);
  const controlUrl = await serveControl(fake);
  process.stdout.write(`${JSON.stringify({ url: fake.url, apiKey: fake.apiKey, controlUrl })}\n`);
  process.stdin.resume().once('end', () => process.exit(0));
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
