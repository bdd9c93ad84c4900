/**
 * The messages of a LogGroupList, by the number and the wire type of each field:
 *
 *     LogGroupList { repeated LogGroup = 1 }
 *     LogGroup { repeated Log logs = 1; topic = 3; source = 4; repeated LogTag tags = 6 }     category 2 and machine 5 are not forwarded
 *     Log { uint32 time = 1; repeated Content contents = 2; fixed32 time_ns = 4 }
 *     Content, LogTag { key = 1; value = 2 }
 *
 * Fields may come in any order, unknown ones are skipped, and of a scalar that is repeated the last one counts.
 */
import { FIXED32, LEN, VARINT } from './protobuf';

export const LIST_GROUP: u32 = (1 << 3) | LEN;
export const GROUP_LOG: u32 = (1 << 3) | LEN;
export const GROUP_TOPIC: u32 = (3 << 3) | LEN;
export const GROUP_SOURCE: u32 = (4 << 3) | LEN;
export const GROUP_TAG: u32 = (6 << 3) | LEN;
export const LOG_TIME: u32 = (1 << 3) | VARINT;
export const LOG_CONTENT: u32 = (2 << 3) | LEN;
export const LOG_TIME_NS: u32 = (4 << 3) | FIXED32;
export const PAIR_KEY: u32 = (1 << 3) | LEN;
export const PAIR_VALUE: u32 = (2 << 3) | LEN;
