/** [what breaks, text in the source, what stands there instead] */
export default [
  {
    file: 'src/config/compile-plan.ts',
    tests: ['unit/format/golden'],
    mutants: [
      [
        'CEF has a field of the log under a name whose type it need not fit',
        'reserved: [...CEF_TYPES.keys()]',
        'reserved: []',
      ],
    ],
  },
  {
    file: 'src/config/receiver-fit.ts',
    tests: ['unit/config/warnings'],
    mutants: [['a port of SC4S fits any framing', 'wrong.includes(port)', 'false']],
  },
  {
    file: 'src/config/cross-check.ts',
    tests: ['unit/config/problems'],
    mutants: [
      ['pipelines of two services are twins', ' && isSameService(sourceOf(other, sources), source)', ''],
      ['twin pipelines are accepted', 'if (twin !== undefined) {', 'if (twin === null) {'],
      ['pipelines of two groups are twins', 'other?.consumerGroup === consumerGroup && ', 'other !== undefined && '],
    ],
  },
  {
    file: 'src/config/names-check.ts',
    tests: ['unit/config/problems', 'unit/config/logstores'],
    mutants: [
      ['pipelines of two logstores are twins', ' && meets(one.logstore, other.logstore)', ''],
      ['pipelines of two projects are twins', 'meets(one.project, other.project) && ', ''],
    ],
  },
  {
    file: 'src/config/service-check.ts',
    tests: ['unit/config/problems', 'unit/config/service-check'],
    mutants: [
      ['V4 without a region is accepted', "signature === 'v4' && region === undefined", 'signature === undefined'],
      ['the region of the endpoint does not count', ' && endpoint.region === undefined) {', ') {'],
      ['the region that is written does not count', ' && region === undefined && ', ' && '],
    ],
  },
];
