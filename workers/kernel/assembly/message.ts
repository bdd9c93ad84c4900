/** One message: its header, then its body. What all messages of a group have in common is rendered once. */
import { beginBody, shareBody, writeBody } from './body';
import { fail } from './fault';
import { noteBody } from './framing';
import { group } from './group';
import { headerFields, headerStart, structuredData } from './header';
import { FAULT_SIZE_LIMIT, Head } from './layout';
import { plan } from './plan';
import { rawOffset } from './protobuf';
import { beginElsewhere, endElsewhere } from './room';
import { beginTurn } from './shape';
import { copyReady, mended, setBroken } from './text';

/** The header fields (unless they depend on the log), then what the body has of its own that is the same for all logs of the group. */
const COMMON_SIZE: usize = 1 << 17;
const bytes = memory.data(COMMON_SIZE, 16);
const HEADER_BOUND: usize = 1024;

@unmanaged
class Common {
  /** Bytes of the header fields. */
  headerLength: usize;
  /** There is a line break in it that ends a message. */
  broken: bool;
  /** Bytes of tags that were read again because they have no room in it. */
  rereading: u64;
}

/** Only this file writes it. */
export const common = changetype<Common>(memory.data(offsetof<Common>(), 16));

/** Far more than any sane batch needs: a bound on the time a hostile one can take. */
const MAX_REREADING: u64 = 1 << 31;

/** For the next batch. */
export function beginMessages(): void {
  common.rereading = 0;
  beginTurn(plan.orderCount);
  beginBody();
}

/** For the next group. */
export function shareGroup(): void {
  setBroken(false);
  const kept = beginElsewhere();
  const end = plan.headerPerLog ? bytes : headerFields(bytes);
  common.headerLength = end - bytes;
  if (!shareBody(end, COMMON_SIZE - HEADER_BOUND)) reread();
  endElsewhere(kept);
  common.broken = mended.broken;
}

/** The tags of this group are read again for each of its logs. */
function reread(): void {
  common.rereading += <u64>group.logs * <u64>(group.tagsTo - group.tagsFrom) * <u64>(plan.orderCount + 1);
  if (common.rereading > MAX_REREADING) fail(FAULT_SIZE_LIMIT, rawOffset(group.tagsFrom));
}

/** The message of the log that was scanned last. @param limit its end in the raw batch. */
export function writeMessage(dst: usize, head: Head, limit: usize): usize {
  dst = headerStart(dst, head);
  dst = plan.headerPerLog ? structuredData(headerFields(dst)) : copyReady(dst, bytes, common.headerLength);
  noteBody(dst);
  return writeBody(dst, limit);
}
