import type { Profile } from './profile.js';

/** VPC flow logs: one aggregated flow of one network interface (VPC "Flow log" fields). */
export const vpcflow: Profile = {
  groupsPerSegment: 1000,
  topic: 'flow_log',
  source: () => 'vpc_flow_log',
  tags: () => [],
  contents: (random, time) => {
    const end = Math.floor(time / 1000);
    const packets = random.between(1, 4000);
    const inbound = random.below(2) === 0;
    return [
      ['version', '1'],
      ['account-id', `1${random.below(8)}42000000000001`],
      ['eni-id', `eni-bp1${random.hex(17)}`],
      ['vm-id', `i-bp1${random.hex(17)}`],
      ['vswitch-id', `vsw-bp1${random.hex(17)}`],
      ['vpc-id', `vpc-bp1${random.hex(17)}`],
      ['type', 'IPv4'],
      ['protocol', random.pick(['6', '6', '6', '17', '1'])],
      ['srcaddr', inbound ? random.publicAddress() : random.privateAddress()],
      ['srcport', String(random.between(1024, 65535))],
      ['dstaddr', inbound ? random.privateAddress() : random.publicAddress()],
      ['dstport', random.pick(['443', '443', '80', '22', '53', '3306', '6379', '8080'])],
      ['direction', inbound ? 'in' : 'out'],
      ['action', random.pick(['ACCEPT', 'ACCEPT', 'ACCEPT', 'REJECT'])],
      ['packets', String(packets)],
      ['bytes', String(packets * random.between(40, 1400))],
      ['start', String(end - random.between(1, 60))],
      ['end', String(end)],
      ['log-status', 'OK'],
    ];
  },
};
