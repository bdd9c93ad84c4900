/** Which log group of the batch is being looked at, and which log of that group: from 0. */
@unmanaged
class Position {
  group: u64;
  log: u32;
}

/** Only this file writes it. */
export const position = changetype<Position>(memory.data(offsetof<Position>(), 16));

/** For the next batch. */
export function beginPositions(): void {
  position.group = <u64>-1;
}

export function nextGroup(): void {
  position.group++;
  position.log = <u32>-1;
}

export function nextLog(): void {
  position.log++;
}
