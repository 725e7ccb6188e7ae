/** What an IP address is good for, whichever way it is written. */
import { BlockList, isIP } from 'node:net';

/**
 * `metadata`: link-local and the addresses at which clouds hand out credentials. `reserved`: documentation, multicast, unspecified
 * and the like. Ranges: the IANA special-purpose registries for IPv4 and IPv6.
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'metadata' | 'reserved';

const RANGES = {
  // The metadata services of Alibaba, Azure and Oracle are outside 169.254/16; those of AWS over IPv6 are unique local addresses.
  metadata: [
    '169.254.0.0/16',
    '100.100.100.200/32',
    '168.63.129.16/32',
    '192.0.0.192/32',
    'fe80::/10',
    'fd00:ec2::/32',
    'fd20:ce::254/128',
  ],
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10'],
  reserved: [
    '0.0.0.0/8',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/3',
    // Of IPv6 only 2000::/3 is handed out; the rest holds NAT64 with a prefix of one's own, segment routing, multicast.
    '::/3',
    '4000::/2',
    '8000::/1',
    '2001::/23',
    '2001:db8::/32',
    '3fff::/20',
  ],
} as const satisfies Record<Exclude<AddressKind, 'public'>, readonly string[]>;

const ORDER = ['metadata', 'loopback', 'private', 'reserved'] as const;

/** Made at the first question: a start that asks none does not wait for them. */
const lists = new Map<string, BlockList>();

/** Text that is no address is `reserved`: nothing can be said in its favour. */
export function addressKind(text: string): AddressKind {
  const known = partsOf(embedded(text));
  if (known === null) return 'reserved';
  const { address, family } = known;
  return ORDER.find((kind) => rangesOf(kind, family).check(address, family)) ?? 'public';
}

/** One list for each family: the platform takes an IPv4 address for one of `::/3` too. */
function rangesOf(kind: (typeof ORDER)[number], family: Family): BlockList {
  const name = `${kind} ${family}`;
  const list = lists.get(name) ?? listOf(RANGES[kind].filter((block) => partsOf(block)?.family === family));
  lists.set(name, list);
  return list;
}

/** True when the address lies in `block`: an address, or an address with the length of its prefix. */
export function inBlock(text: string, block: string): boolean {
  const known = partsOf(embedded(text));
  return (
    known !== null && partsOf(block)?.family === known.family && listOf([block]).check(known.address, known.family)
  );
}

/** An address, or an address with the length of its prefix. */
export function isBlock(text: string): boolean {
  return partsOf(text) !== null;
}

function listOf(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const parts = partsOf(block);
    if (parts) list.addSubnet(parts.address, parts.bits, parts.family);
  }
  return list;
}

type Family = 'ipv4' | 'ipv6';

function partsOf(block: string): { readonly address: string; readonly bits: number; readonly family: Family } | null {
  const [address = '', prefix, ...more] = block.split('/');
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  const bits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
  if (family === 0 || more.length > 0 || !(bits <= most)) return null;
  return { address, bits, family: family === 4 ? 'ipv4' : 'ipv6' };
}

/** The IPv4 address inside an IPv6 one that only carries it: mapped, translated, compatible, NAT64 or 6to4. */
function embedded(text: string): string {
  const address = text.replace(/%.*$/, '');
  if (isIP(address) !== 6) return address;
  const words = wordsOf(address);
  const four = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const starts = (...prefix: readonly number[]): boolean => prefix.every((word, i) => words[i] === word);
  const carries = starts(0, 0, 0, 0, 0, 0xffff) || starts(0, 0, 0, 0, 0xffff, 0) || starts(0x64, 0xff9b, 0, 0, 0, 0);
  if (carries) return four(words[6], words[7]);
  if (starts(0, 0, 0, 0, 0, 0) && ((words[6] ?? 0) > 0 || (words[7] ?? 0) > 1)) return four(words[6], words[7]);
  return starts(0x2002) ? four(words[1], words[2]) : address;
}

/** The eight words of an IPv6 address; the platform's own parser brings every spelling to one. */
function wordsOf(address: string): readonly number[] {
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = text.split('::');
  const parse = (part: string): number[] => (part === '' ? [] : part.split(':').map((word) => parseInt(word, 16)));
  const [before, after] = [parse(head), parse(tail ?? '')];
  return tail === undefined
    ? before
    : [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}
