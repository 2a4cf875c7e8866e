/** Crockford's base32, in lower case: no i, l, o or u to be mistaken for another. */
export const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** Five bits a character, most significant first; a rest is padded with zero bits. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += CROCKFORD.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + CROCKFORD.charAt((held << (5 - bits)) & 31);
}
