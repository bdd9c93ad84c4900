/** What became of the logs of the last batch, for the host. */
import { COUNTS_SIZE, Counts } from './layout';

const counts = changetype<Counts>(memory.data(COUNTS_SIZE, 16));

export function countsAt(): usize {
  return changetype<usize>(counts);
}

/** For the next batch. */
export function beginCounts(): void {
  memory.fill(changetype<usize>(counts), 0, COUNTS_SIZE);
}

/** A log is not sent because of the filters … */
export function noteFiltered(): void {
  counts.filtered++;
}

/** … because of sampling alone … */
export function noteSampled(): void {
  counts.sampled++;
}

/** … or because of its size. */
export function noteDropped(): void {
  counts.dropped++;
}

/** Messages were cut. */
export function noteTruncated(messages: u32): void {
  counts.truncated += messages;
}

/** A message of no bytes is not sent. */
export function noteEmpty(): void {
  counts.empty++;
}

/** A message is sent although its body shows nothing of the log. */
export function noteBare(): void {
  counts.bare++;
}

/** The event time of a log that is sent could not be read: the log's own stands for it. */
export function noteUntimed(): void {
  counts.untimed++;
}
