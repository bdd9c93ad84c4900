/** The laws of ARCHITECTURE.md §Laws, as rules a tool checks. */
const door = (name, module, allowed) => ({
  name: `door-${name}`,
  comment: `${module} has one door: ${allowed}`,
  severity: 'error',
  from: { path: '^(src|workers)/', pathNot: allowed },
  to: { path: module },
});
/** Runs at build time only and is not published. */
const KERNEL_BUILD = '^workers/kernel/(build|layout-assembly)\\.mjs$';
const npm = (name) => `^node_modules/${name}/`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^test/mutants/'] },
      to: {},
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: KERNEL_BUILD },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'threads-share-types-only',
      severity: 'error',
      from: { path: '^workers/' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'coordinator-never-imports-workers',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^workers/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'kernel-is-pure',
      comment: 'bytes in, bytes out: no Node API, no package',
      severity: 'error',
      from: { path: '^workers/kernel/', pathNot: KERNEL_BUILD },
      to: { dependencyTypes: ['core', 'npm'] },
    },
    {
      name: 'assembly-imports-nothing-outside',
      comment: 'AssemblyScript, compiled into kernel.wasm',
      severity: 'error',
      from: { path: '^workers/kernel/assembly/' },
      to: { pathNot: '^workers/kernel/assembly/' },
    },
    {
      name: 'nothing-outside-imports-assembly',
      severity: 'error',
      from: { pathNot: '^workers/kernel/assembly/' },
      to: { path: '^workers/kernel/assembly/' },
    },
    {
      name: 'tests-are-on-top',
      comment: 'test/ and bench/ import src/ and workers/, never the other way round',
      severity: 'error',
      from: { path: '^(src|workers)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'foundation-imports-nothing-above',
      severity: 'error',
      from: { path: '^src/(flow|model|errors)/' },
      to: { path: '^src/', pathNot: '^src/(flow|model|errors)/' },
    },
    {
      name: 'core-sees-ports-only',
      severity: 'error',
      from: { path: '^src/(group|shard)/' },
      to: { path: '^src/', pathNot: '^src/(group|shard|flow|model|errors)/' },
    },
    {
      name: 'shard-never-imports-group',
      severity: 'error',
      from: { path: '^src/shard/' },
      to: { path: '^src/group/' },
    },
    {
      name: 'model-imports-nothing-but-errors',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { path: '^src/', pathNot: '^src/(model|errors)/' },
    },
    {
      name: 'policy-is-pure',
      severity: 'error',
      from: { path: '^src/policy/' },
      to: { path: '^src/', pathNot: '^src/policy/' },
    },
    {
      name: 'tune-never-imports-the-command-line',
      severity: 'error',
      from: { path: '^src/(tune|checkpoints|preview|app)/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'one-door-to-the-direct-client',
      comment: 'the HTTP client of our own (ADR 0017)',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sls/http/(direct/|transport\\.ts)' },
      to: { path: '^src/sls/http/direct/' },
    },
    {
      name: 'no-loose-files',
      comment: 'src/ itself holds cli.ts and nothing else',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$', pathNot: '^src/cli\\.ts$' },
      to: {},
    },
    {
      name: 'adapters-never-import-each-other',
      severity: 'error',
      from: { path: '^src/(sls|format|delivery|deadletter)/' },
      to: { path: '^src/(sls|format|delivery|deadletter|group|shard|config|telemetry|emulator)/', pathNot: '^src/$1/' },
    },
    {
      name: 'emulator-stands-alone',
      severity: 'error',
      from: { path: '^src/emulator/' },
      to: { path: '^src/', pathNot: '^src/(emulator|flow|model|errors)/' },
    },
    {
      name: 'one-place-composes',
      comment:
        'objects are made and joined in src/app/, and for other commands in a file of their own; what is joined knows none of them',
      severity: 'error',
      from: { path: '^src/(config|deadletter|emulator|errors|flow|format|group|model|shard|sls|delivery|telemetry)/' },
      to: { path: '^src/([^/]+\\.ts$|(app|cli|checkpoints|preview|tune)/)' },
    },
    door('piscina', npm('piscina'), '^(src/format/|workers/format\\.ts)'),
    door('alicloud-log', npm('@alicloud/log'), '^src/sls/'),
    door('pino', npm('pino(-pretty)?'), '^src/telemetry/'),
    door('yargs', npm('yargs'), '^src/cli(\\.ts|/)'),
    door('prom-client', npm('prom-client'), '^src/telemetry/'),
    door('yaml', npm('yaml'), '^src/config/'),
    door('zod', npm('zod'), '^src/config/'),
    door('re2js', npm('re2js'), '^(src/config/|workers/patterns\\.ts)'),
    door('zstddec', npm('zstddec'), '^(workers/inflate-zstd\\.ts|src/emulator/sls/pack-zstd\\.ts)'),
    door('http', '^(node:)?https?$', '^src/(sls|emulator|telemetry)/'),
    door(
      'net',
      '^(node:)?(net|tls|dgram)$',
      '^src/(delivery|emulator)/|^src/sls/http/direct/direct-connection|^src/flow/lock\\.ts',
    ),
    door(
      'fs',
      '^(node:)?fs(/promises)?$',
      '^src/(app/open-files|flow/(read-file|lock)|deadletter/durable-files|checkpoints/|sls/credentials/|config/|cli/|delivery/|telemetry/|tune/scratch|emulator)|^workers/(format\\.ts|kernel/build\\.mjs)',
    ),
    door('dns', '^(node:)?dns(/promises)?$', '^src/delivery/links/(resolved-hosts|udp-link)\\.ts'),
    door('child-process', '^(node:)?child_process$', '^src/(tune/candidate|sls/credentials/command-source)\\.ts'),
    door('worker-threads', '^(node:)?worker_threads$', '^(src/emulator/|workers/format\\.ts)'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
