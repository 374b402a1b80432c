// Imports go one way: config, errors, time <- database <- compreface <- persons <- validation <- training <- recognition <- stats <- health.
const ROOMS = [
  'config',
  'errors',
  'time',
  'database',
  'compreface',
  'persons',
  'validation',
  'training',
  'recognition',
  'stats',
  'health',
];

/** What a room may not import: every room above it. */
const upwards = ROOMS.map((room, index) => ({
  name: `${room}-imports-one-way`,
  severity: 'error',
  comment: `${room} must not import rooms that build on it`,
  from: { path: `^src/${room}/` },
  to: {
    path: `^src/(${[...ROOMS.slice(index + 1), 'metrics', 'web', 'app\\.module', 'main'].join('|')})`,
  },
}));

module.exports = {
  forbidden: [
    ...upwards,
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'compreface-knows-no-database',
      severity: 'error',
      comment: 'only the embedded engine has a database of its own',
      from: { path: '^src/compreface/', pathNot: '^src/compreface/(embedded/|compreface\\.module)' },
      to: { path: '^src/database/' },
    },
    {
      name: 'the-engine-behind-its-port',
      severity: 'error',
      comment: 'others see of compreface the port, its errors, the canary, the similarity formula and the module',
      from: { path: '^src/(persons|validation|training|recognition|stats|health)/' },
      to: {
        path: '^src/compreface/',
        pathNot:
          '^src/compreface/(face-engine|face-engine-error|canary|subject|similarity|compreface\\.module|http/compreface-options)\\.ts$',
      },
    },
    {
      name: 'settings-read-the-environment-alone',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/(?!config/)' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.(spec|d)\\.ts$|^src/(main|openapi-file)\\.ts$|-thread\\.ts$|testing/' },
      to: {},
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^src', pathNot: '\\.spec\\.ts$|/testing/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
