import { inspect } from 'node:util';
import { CompreFaceOptions } from './compreface-options.js';

const KEY = '5e3f4a1c-0a2b-4c3d-8e9f-0123456789ab';

function optionsFor(baseUrl: string): CompreFaceOptions {
  return new CompreFaceOptions({ baseUrl, apiKey: KEY, embedded: false, settleMs: 0 });
}

describe('the address', () => {
  it.each([
    ['http://cf:8000', 'http://cf:8000/api/v1'],
    ['http://cf:8000/', 'http://cf:8000/api/v1'],
    ['http://cf:8000/api/v1', 'http://cf:8000/api/v1'],
    ['http://cf:8000/api/v1/', 'http://cf:8000/api/v1'],
    ['http://cf:80', 'http://cf/api/v1'],
    ['https://host/compreface/', 'https://host/compreface/api/v1'],
    [' http://cf:8000 ', 'http://cf:8000/api/v1'],
  ])('%j leads to %s', (baseUrl, apiRoot) => {
    expect(optionsFor(baseUrl).apiRoot).toBe(apiRoot);
  });

  it('is shown as it was written', () => {
    expect(optionsFor('http://compreface-ui:80').shownUrl).toBe('http://compreface-ui:80');
  });

  it('is used with its login but shown without', () => {
    const options = optionsFor('https://user:secret@host/?token=secret');
    expect(options.apiRoot).toBe('https://user:secret@host/api/v1');
    expect(options.shownUrl).toBe('https://host');
  });

  it.each(['', 'compreface', 'localhost:8000', 'ftp://cf', 'file:///etc/passwd'])('%j is refused', (baseUrl) => {
    expect(() => optionsFor(baseUrl)).toThrow(TypeError);
  });
});

it('shows no API key when it is printed', () => {
  const options = optionsFor('http://cf:8000');
  expect(options.apiKey).toBe(KEY);
  expect(inspect(options, { showHidden: true, depth: null }) + JSON.stringify(options)).not.toContain(KEY);
});
