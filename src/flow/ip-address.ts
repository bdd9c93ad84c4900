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

/** Whether a host is this machine itself: `localhost`, a name below it, or an address of the loopback network. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (/^[\d.]+$/.test(name)) return /^127(?:\.\d{1,3}){3}$/.test(name);
  if (!/^[\da-f:]+(?:\d+\.\d+\.\d+\.\d+)?$/.test(name) || !name.includes(':')) return false;
  const bytes = ipBytes(name);
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return isMapped ? bytes[12] === 127 : bytes.every((byte, i) => byte === (i === 15 ? 1 : 0));
}
