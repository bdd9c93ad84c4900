const SUFFIX = '-tune';
const LONGEST = 128;

/** The consumer group as which `tune --live` reads, beside the one of the config. */
export const liveGroup = (consumerGroup: string): string => consumerGroup.slice(0, LONGEST - SUFFIX.length) + SUFFIX;
