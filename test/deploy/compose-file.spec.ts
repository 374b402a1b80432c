import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '../..');
const compose = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');
const example = readFileSync(path.join(root, 'deploy/docker.env.example'), 'utf8');
const dockerfile = readFileSync(path.join(root, 'Dockerfile'), 'utf8');

const variables = [...compose.matchAll(/\$\{([A-Z_]+)([^}]*)\}/g)].map(([, name, rest]) => ({
  name: name!,
  rest: rest!,
}));

describe('docker-compose.yml', () => {
  it('publishes every port on 127.0.0.1 only', () => {
    const published = [...compose.matchAll(/ports: \[(.*)\]/g)].map(([, ports]) => ports!);
    expect(published).toHaveLength(compose.match(/ports:/g)!.length);
    for (const ports of published) expect(ports).toMatch(/^'127\.0\.0\.1:[^,]+'$/);
  });

  it('has no password that works by default', () => {
    const passwords = variables.filter(({ name }) => name.endsWith('PASSWORD'));
    expect(new Set(passwords.map(({ name }) => name))).toEqual(
      new Set(['DB_PASSWORD', 'DB_ROOT_PASSWORD', 'COMPREFACE_DB_PASSWORD', 'COMPREFACE_ADMIN_PASSWORD']),
    );
    for (const { rest } of passwords) expect(rest).toMatch(/^:?\?Set /);
    expect(compose.match(/PASSWORD: (?!\$\{|'')/)).toBeNull();
  });

  it('takes no variable that the example does not explain', () => {
    for (const { name } of variables) expect(example).toMatch(new RegExp(`^#?${name}=`, 'm'));
    for (const [, name] of example.matchAll(/^#?([A-Z_]+)=/gm)) {
      if (name !== 'COMPOSE_PROFILES') expect(variables.map((variable) => variable.name)).toContain(name);
    }
  });
});

describe('deploy/docker.env.example', () => {
  it('leaves every password empty', () => {
    const passwords = [...example.matchAll(/^[A-Z_]*PASSWORD=(.*)$/gm)];
    expect(passwords.map(([, value]) => value)).toEqual(['', '', '', '']);
  });
});

describe('the image', () => {
  it('does not run as root and keeps its own sources to itself', () => {
    expect(dockerfile.split('\nFROM ').at(-1)).toMatch(/^USER node$/m);
    const ignored = readFileSync(path.join(root, '.dockerignore'), 'utf8');
    expect(ignored.split('\n')).toContain('*');
    expect(ignored).not.toMatch(/!.*(\.env|data)/);
  });
});
