/** The 4 or 16 bytes of an address that is known to be one; a zone behind `%` is left out. */
export function ipBytes(address: string): number[] {
  return address.includes(':') ? ipv6Bytes(address) : ipv4Bytes(address);
}

const ipv4Bytes = (address: string): number[] => address.split('.').map(Number);

function ipv6Bytes(address: string): number[] {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const front = groupBytes(head);
  if (tail === undefined) return front;
  const back = groupBytes(tail);
  return [...front, ...Array<number>(Math.max(0, 16 - front.length - back.length)).fill(0), ...back];
}

function groupBytes(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return ipv4Bytes(group);
    const value = parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}
