// The picture of docs/anatomy.md as rules: arrows point inwards, and only edges know a framework.
const lib = (...names) => `^libs/(${names.join('|')})/`;
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '\\.(spec|contract)\\.ts$' },
  to: { path: '^(libs|apps)/', pathNot: [from, ...allowed] },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'types may speak of each other: a ring with an import of types in it is none when the program runs',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-imports-apps',
      severity: 'error',
      from: { pathNot: '^(apps|test)/' },
      to: { path: '^apps/' },
    },
    only('event-sourcing-is-pure', lib('event-sourcing'), [], 'the words everything else is written in'),
    only('event-store-knows-events', lib('event-store'), [lib('event-sourcing', 'database')]),
    only('ledger-direction', lib('ledger'), [lib('event-sourcing', 'event-store', 'graphql', 'access', 'metrics')]),
    only('projecting-knows-no-domain', lib('projecting'), [lib('event-sourcing', 'event-store', 'database')]),
    only('read-models-direction', lib('read-models'), [
      lib('event-sourcing', 'event-store', 'ledger', 'projecting', 'database', 'graphql', 'access', 'metrics'),
    ]),
    only(
      'metrics-are-pure',
      lib('metrics'),
      [lib('event-sourcing')],
      'a score is a function of facts, a definition and a moment',
    ),
    only('database-knows-nothing', lib('database'), []),
    only('access-direction', lib('access'), [lib('event-sourcing', 'graphql')]),
    only('graphql-direction', lib('graphql'), [lib('event-sourcing')]),
    {
      name: 'ledger-appends-in-one-place',
      comment: 'execute.ts is the one way a command becomes events, restore.ts the one way back from an export',
      severity: 'error',
      from: { path: lib('ledger'), pathNot: '(execute|lane|restore|\\.spec)' },
      to: { path: lib('event-store'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-files-know-no-framework',
      comment: 'within a folder the file name is the layer',
      severity: 'error',
      from: {
        path: '^libs/(event-sourcing|event-store|ledger|projecting|read-models|metrics|database)/',
        pathNot: '\\.(resolver|inputs|types|module|scalar|guard|spec)\\.ts$',
      },
      to: { path: 'node_modules/(@nestjs|mercurius|fastify|class-validator)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-place-for-the-store-client',
      severity: 'error',
      from: { pathNot: '^libs/event-store/eventstoredb/' },
      to: { path: 'node_modules/(@eventstore|@grpc)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
