// The arrows of docs/architecture.md: catalog <- spec <- sizing <- plan <- runtime, cost, report <- aws <- synth <- bin.
// Report stands right of cost, because it prints bills. swc shows no difference between types and values, so
// the rules hold for both; lib/spec/types.ts holds nothing but types (test/arrows.test.ts) and is open to all.
const order = [['catalog'], ['spec'], ['sizing'], ['plan'], ['runtime', 'cost'], ['report'], ['aws']];

/** A folder may import itself, folders left of it in `order`, lib/errors.ts and lib/decimal.ts. */
const arrows = order.flatMap((level, index) =>
  level.map((folder) => {
    const right = [...order.slice(index + 1).flat(), ...level.filter((other) => other !== folder)];
    return {
      name: `arrow-${folder}`,
      comment: `lib/${folder} must not know what stands right of it, or beside it`,
      severity: 'error',
      from: { path: `^lib/${folder}/` },
      to: { path: [`^lib/(${[...right].join('|')})/`, '^lib/(synth|index)\\.ts$', '^bin/'] },
    };
  }),
);

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'what-all-import-knows-nothing',
      severity: 'error',
      from: { path: '^lib/(errors|decimal)\\.ts$' },
      to: { path: '^(lib|bin)/' },
    },
    {
      name: 'clouds-do-not-decide',
      comment: 'a cloud folder translates a plan: it never sizes, prices or looks facts up',
      severity: 'error',
      from: { path: '^lib/aws/' },
      to: { path: '^lib/(sizing|catalog|cost)/' },
    },
    {
      name: 'nobody-parses-after-plan',
      comment: 'right of plan the spec is a type only',
      severity: 'error',
      from: { path: '^lib/(runtime|cost|report|aws)/' },
      to: { path: '^lib/spec/', pathNot: '^lib/spec/types\\.ts$' },
    },
    {
      name: 'zod-only-in-spec',
      severity: 'error',
      from: { path: '^(lib|bin)/', pathNot: '^lib/spec/' },
      to: { path: '(^|/)node_modules/zod/|^zod(/|$)' },
    },
    {
      name: 'cdk-only-in-aws',
      severity: 'error',
      from: { path: '^(lib|bin)/', pathNot: '^lib/aws/' },
      to: { path: '(^|/)node_modules/(aws-cdk-lib|constructs)/|^(aws-cdk-lib|constructs)(/|$)' },
    },
    {
      name: 'cdk-by-deep-path',
      comment: 'the root of aws-cdk-lib is slow to load; its core classes come from aws-cdk-lib/core',
      severity: 'error',
      from: { path: '^lib/aws/' },
      to: { path: 'node_modules/aws-cdk-lib/index\\.(js|d\\.ts)$' },
    },
    {
      name: 'clouds-load-late',
      comment:
        'plan and cost must start without a cloud SDK: only lib/synth.ts names a cloud folder, by import()',
      severity: 'error',
      from: { path: '^(lib|bin)/', pathNot: '^lib/aws/' },
      to: { path: '^lib/aws/', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'no-cycles',
      comment:
        'of what runs: two files may share types. test/arrows.test.ts compiles the types away before it looks',
      severity: 'error',
      from: { path: '\\.js$', pathNot: 'node_modules' },
      to: { circular: true },
    },
    {
      name: 'found',
      comment: 'an import that resolves to nothing',
      severity: 'error',
      from: { path: '^(lib|bin)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'only-shipped-packages',
      comment: 'an installed package has no devDependencies; bin is bundled, so it may use them',
      severity: 'error',
      from: { path: '^lib/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm-peer'],
        // peers are devDependencies as well, for the tests of this repository
        pathNot: '(^|/)node_modules/(aws-cdk-lib|constructs)/',
      },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};
