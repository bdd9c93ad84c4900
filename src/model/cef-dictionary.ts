/** The names that CEF gives a type other than text (Micro Focus, "Common Event Format" 25 and 26, extension dictionary). */
export type CefType = 'address' | 'integer' | 'mac' | 'number' | 'time';

const NAMES: Readonly<Record<CefType, string>> = {
  address:
    'agentTranslatedAddress agt c6a1 c6a2 c6a3 c6a4 destinationTranslatedAddress deviceTranslatedAddress dst dvc sourceTranslatedAddress src',
  integer:
    'cn1 cn2 cn3 cnt destinationTranslatedPort deviceDirection dpid dpt dvcpid eventId flexNumber1 flexNumber2 fsize in oldFileSize out ' +
    'sourceTranslatedPort spid spt type',
  mac: 'amac dmac dvcmac smac',
  number: 'cfp1 cfp2 cfp3 cfp4 dlat dlong slat slong',
  time:
    'art deviceCustomDate1 deviceCustomDate2 end fileCreateTime fileModificationTime flexDate1 mrt oldFileCreateTime ' +
    'oldFileModificationTime rt start',
};

export const CEF_TYPES: ReadonlyMap<string, CefType> = new Map(
  Object.entries(NAMES).flatMap(([type, names]) =>
    names.split(' ').map((name): [string, CefType] => [name, type as CefType]),
  ),
);

const SHAPES: Readonly<Record<CefType, RegExp>> = {
  address: /^(?:(?:\d{1,3}\.){3}\d{1,3}|(?=.*:.*:)[\da-f:.]{2,45})$/i,
  integer: /^-?\d{1,19}$/,
  mac: /^[\da-f]{2}(?:[:-][\da-f]{2}){5}$/i,
  number: /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i,
  // Milliseconds since the epoch (seconds have ten digits), or a date with the time of day.
  time: /^(?:\d{12,14}|[A-Z][a-z]{2} \d{1,2} (?:\d{4} )?\d{2}:\d{2}:\d{2}.*)$/,
};

/** Whether a reader that is strict about types takes the value. */
export const fitsCefType = (type: CefType, value: string): boolean => SHAPES[type].test(value);
