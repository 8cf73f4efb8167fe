/**
 * CRC-32C: four bytes that no longer fit when what they were made of is torn or damaged. Castagnoli's polynomial, as
 * in Kafka, ext4 and iSCSI (RFC 3720, appendix B.4).
 */

/** The polynomial, lowest bit first. */
const POLYNOMIAL = 0x82f63b78;

/** What one byte does to the remainder. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  return crc;
});

/** The checksum of these bytes, a whole number below 2 ** 32. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
}
