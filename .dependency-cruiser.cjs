const contexts = 'people|selling|fulfilment|insight|operations';

const module_ = `src/(?:${contexts})/([^/]+)/`;
const pure = `src/(?:${contexts})/([^/]+)/\\1\\.ts$`;
const index = `src/(?:${contexts})/[^/]+/index\\.ts$`;
const roots = '(app|container|wiring|server|worker|simulator|migrate)\\.ts$';

/** Every rule here has a planted violation under tests/architecture/violations that must be caught. */
module.exports = {
  forbidden: [
    { name: 'modules-meet-at-index', severity: 'error', comment: 'Use another module only through its index.ts',
      from: { path: module_ }, to: { path: module_, pathNot: [`src/(?:${contexts})/$1/`, index] } },
    { name: 'roots-meet-modules-at-index', severity: 'error', comment: 'So do app, container, server, worker and simulator',
      from: { path: `src/${roots}` }, to: { path: module_, pathNot: index } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'shared-knows-no-module', severity: 'error',
      from: { path: 'src/shared/' }, to: { path: `src/(${contexts}|${roots})` } },
    { name: 'selling-ignores-insight', severity: 'error', comment: 'Insight listens to events; it is never called from a sale',
      from: { path: 'src/(people|selling|fulfilment)/' }, to: { path: 'src/insight/' } },
    { name: 'people-know-no-sale', severity: 'error', comment: 'Orders know people, not the other way round',
      from: { path: 'src/people/' }, to: { path: 'src/(selling|fulfilment)/' } },
    { name: 'operations-are-not-called', severity: 'error', comment: 'Operations watch and steer the others; a sale does not depend on them',
      from: { path: 'src/(people|selling|fulfilment|insight)/' }, to: { path: 'src/operations/' } },
    { name: 'pure-stays-pure', severity: 'error', comment: '<feature>.ts holds rules: no I/O, no clock',
      from: { path: pure }, to: { pathNot: [pure, 'src/shared/(?:footprint/)?[^/]+\\.ts$'] } },
    { name: 'routes-skip-no-layer', severity: 'error', from: { path: '\\.routes\\.ts$' }, to: { path: '\\.(repository|model)\\.ts$' } },
    { name: 'models-are-private', severity: 'error', from: { pathNot: '(\\.repository\\.ts|src/shared/(db|events)/.*)$' }, to: { path: '\\.model\\.ts$' } },
    { name: 'only-data-code-uses-mongoose', severity: 'error', comment: 'Types may be imported anywhere',
      from: { path: 'src/', pathNot: ['\\.(repository|model)\\.ts$', 'src/shared/(db|events)/'] },
      to: { path: 'node_modules/mongoose', dependencyTypesNot: ['type-only'] } },
    { name: 'only-http-code-uses-express', severity: 'error',
      from: { path: 'src/', pathNot: ['src/app\\.ts$', 'src/shared/http/'] },
      to: { path: 'node_modules/(express|@types/express)', dependencyTypesNot: ['type-only'] } },
    { name: 'the-environment-is-read-once', severity: 'error', comment: 'Configuration reaches modules as an argument; only types of it may be imported',
      from: { path: `src/`, pathNot: ['src/(server|worker|simulator|migrate)\\.ts$'] }, to: { path: '(^|/)config/index', dependencyTypesNot: ['type-only'] } },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' } },
};
