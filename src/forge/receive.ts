const encoder = new TextEncoder();

/** A band may carry at most 65515 bytes of a packet; lines are far shorter, but a message could be long. */
const LONGEST_MESSAGE = 60_000;

/**
 * Puts lines in front of a receive-pack answer on the progress band, where the client shows them as `remote: …`
 * (the `side-band-64k` capability in Git's protocol-capabilities documentation; every client asks for it).
 */
export async function withMessages(response: Response, lines: readonly string[]): Promise<Response> {
  const report = new Uint8Array(await response.arrayBuffer());
  const packets = lines.map((line) => progressPacket(`${line}\n`));
  const body = new Uint8Array(packets.reduce((sum, packet) => sum + packet.length, report.length));
  let at = 0;
  for (const part of [...packets, report]) {
    body.set(part, at);
    at += part.length;
  }
  return new Response(body, { status: response.status, headers: { 'Content-Type': response.headers.get('Content-Type') ?? '' } });
}

function progressPacket(text: string): Uint8Array {
  const bytes = encoder.encode(text).subarray(0, LONGEST_MESSAGE);
  const packet = new Uint8Array(bytes.length + 5);
  packet.set(encoder.encode((bytes.length + 5).toString(16).padStart(4, '0')));
  packet[4] = 2;
  packet.set(bytes, 5);
  return packet;
}
