import { measureThroughput } from './whole/throughput.js';
const r = await measureThroughput({ profile: (process.argv[2] ?? 'vpcflow') as 'vpcflow', transport: (process.argv[3] ?? 'tcp') as 'tcp', shards: Number(process.argv[4] ?? 4) }, { seconds: 4, runs: Number(process.argv[5] ?? 1) });
console.log(JSON.stringify(r, undefined, 1));
