import { didYouMean } from './suggest.js';

/** Regions of the Log Service that were open when this was written; new ones are reached by the name of their endpoint. */
const REGIONS: readonly string[] = [
  ...['cn-hangzhou', 'cn-shanghai', 'cn-qingdao', 'cn-beijing', 'cn-zhangjiakou', 'cn-huhehaote', 'cn-wulanchabu'],
  ...[
    'cn-shenzhen',
    'cn-heyuan',
    'cn-guangzhou',
    'cn-chengdu',
    'cn-nanjing',
    'cn-fuzhou',
    'cn-hongkong',
    'cn-zhongwei',
  ],
  ...['cn-wuhan-lr', 'cn-zhengzhou-jva', 'cn-hangzhou-finance', 'cn-shanghai-finance', 'cn-shanghai-finance-1'],
  ...['cn-shenzhen-finance', 'cn-shenzhen-finance-1', 'cn-beijing-finance-1', 'cn-north-2-gov-1', 'cn-heyuan-acdr-1'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3'],
  ...['ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'us-east-1', 'us-west-1', 'us-southeast-1', 'na-south-1'],
  ...['eu-central-1', 'eu-west-1', 'eu-west-2', 'me-east-1', 'me-central-1'],
];

/** Regions that only one customer has. */
const OWN = '-acdr-';

export const isKnownRegion = (region: string): boolean => REGIONS.includes(region) || region.includes(OWN);

/** `; did you mean "ap-southeast-1"?`, or nothing. */
export const likeRegion = (word: string): string => didYouMean(word, REGIONS);
