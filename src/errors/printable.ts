/** Control characters, and those that turn the direction of what follows, could make a terminal show something else. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A line as it may be shown on a terminal, whatever names and values are in it. */
export const printable = (line: string): string => line.replace(UNPRINTABLE, '\ufffd');
