import { readCommandLine } from './command-line.js';

const KEY = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

describe('the command line of the embedded engine', () => {
  it('needs a data folder only', () => {
    expect(readCommandLine(['--data', 'here'])).toEqual({
      kind: 'serve',
      options: { dataDir: 'here', port: 8000, host: '127.0.0.1', apiKeys: {}, forBrowsers: true },
    });
  });

  it('takes port, host and keys', () => {
    const args = ['--data', 'here', '--port', '0', '--host', '::1', '--api-key', KEY, '--detection-key', KEY];
    expect(readCommandLine(args)).toMatchObject({
      options: { port: 0, host: '::1', apiKeys: { recognition: KEY, detection: KEY } },
    });
  });

  it('shows its flags when asked', () => {
    expect(readCommandLine(['--help'])).toEqual({ kind: 'help' });
  });

  it.each([
    [[]],
    [['--data']],
    [['--data', '']],
    [['--data', 'here', '--port', 'x']],
    [['--data', 'here', '--port', '65536']],
    [['--data', 'here', '--port', '-1']],
    [['--data', 'here', '--api-key', 'secret']],
    [['--data', 'here', '--colour', 'red']],
    [['--data', 'here', 'there']],
  ])('refuses %j', (args) => {
    expect(readCommandLine(args)).toEqual({ kind: 'wrong', complaint: expect.any(String) as string });
  });
});
