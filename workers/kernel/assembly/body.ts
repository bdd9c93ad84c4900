/** Made by build.mjs: the module of bodies/ that the plan names. */
import * as kv from './bodies/kv';
import * as json from './bodies/json';
import * as pairs from './bodies/pairs';
import * as raw from './bodies/raw';
import { BODY_KV, BODY_JSON, BODY_PAIRS } from './layout';
import { plan } from './plan';

/** To be called once a batch. */
export function beginBody(): void {
  switch (plan.bodyKind) {
    case BODY_KV:
      return kv.begin();
    case BODY_JSON:
      return json.begin();
    case BODY_PAIRS:
      return pairs.begin();
    default:
      return raw.begin();
  }
}

/** Bytes of a body that shows nothing of its log; -1 where every body shows something. */
export function bareSize(): i32 {
  switch (plan.bodyKind) {
    case BODY_KV:
      return kv.bareSize();
    case BODY_JSON:
      return json.bareSize();
    case BODY_PAIRS:
      return pairs.bareSize();
    default:
      return raw.bareSize();
  }
}

/** Once a group: writes what is the same in the bodies of all its logs, in at most `most` bytes. @returns false if the tags are read again for each log. */
export function shareBody(dst: usize, most: usize): bool {
  switch (plan.bodyKind) {
    case BODY_KV:
      return kv.share(dst, most);
    case BODY_JSON:
      return json.share(dst, most);
    case BODY_PAIRS:
      return pairs.share(dst, most);
    default:
      return raw.share(dst, most);
  }
}

/** Writes the body of the log that was scanned last. */
export function writeBody(dst: usize, logEnd: usize): usize {
  switch (plan.bodyKind) {
    case BODY_KV:
      return kv.write(dst, logEnd);
    case BODY_JSON:
      return json.write(dst, logEnd);
    case BODY_PAIRS:
      return pairs.write(dst, logEnd);
    default:
      return raw.write(dst, logEnd);
  }
}

/** The same without the header that LEEF and CEF have of their own. */
export function writeMembers(dst: usize, logEnd: usize): usize {
  switch (plan.bodyKind) {
    case BODY_KV:
      return kv.members(dst, logEnd);
    case BODY_JSON:
      return json.members(dst, logEnd);
    case BODY_PAIRS:
      return pairs.members(dst, logEnd);
    default:
      return raw.members(dst, logEnd);
  }
}

/** Cuts the body, which is longer. @returns its new end, at most `end`. */
export function cutBody(body: usize, end: usize): usize {
  switch (plan.bodyKind) {
    case BODY_KV:
      return kv.cut(body, end);
    case BODY_JSON:
      return json.cut(body, end);
    case BODY_PAIRS:
      return pairs.cut(body, end);
    default:
      return raw.cut(body, end);
  }
}
