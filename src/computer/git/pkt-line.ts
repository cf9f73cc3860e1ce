/** Git's packet lines ("gitprotocol-common" in Git's documentation). */
import { decode, encode, joinBytes } from './disk.ts';

/** A packet's content, or null for a flush. */
export type Packet = Uint8Array | null;

export function packet(content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === 'string' ? encode(content) : content;
  return joinBytes([encode((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

export const FLUSH = encode('0000');

/** Reads packets from the start of an answer; what is left over comes back too. */
export function readPackets(bytes: Uint8Array): readonly Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = Number.parseInt(decode(bytes.subarray(at, at + 4)), 16);
    if (Number.isNaN(length)) throw new Error('protocol error: bad line length character');
    if (length < 4) {
      packets.push(null);
      at += 4;
      continue;
    }
    packets.push(bytes.subarray(at + 4, at + length));
    at += length;
  }
  return packets;
}

/** Takes a side-band apart: the data, what the other side says to people, and what it died of. */
export function demultiplex(packets: readonly Packet[]): { readonly data: Uint8Array; readonly progress: string; readonly error: string } {
  const data: Uint8Array[] = [];
  let [progress, error] = ['', ''];
  for (const content of packets) {
    if (content === null || content.length === 0) continue;
    const rest = content.subarray(1);
    if (content[0] === 1) data.push(rest);
    else if (content[0] === 2) progress += decode(rest);
    else if (content[0] === 3) error += decode(rest);
  }
  return { data: joinBytes(data), progress, error };
}
