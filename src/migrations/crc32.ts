/** CRC-32 as in gzip and zip (ISO 3309, reflected polynomial 0xEDB88320). */
const TABLE = Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** Unsigned. */
export function crc32(parts: Iterable<Uint8Array>): number {
  let sum = 0xffffffff;
  for (const part of parts) for (const byte of part) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] ?? 0);
  return (sum ^ 0xffffffff) >>> 0;
}
