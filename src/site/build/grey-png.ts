/** A small grey PNG as a data URI, made at build time: photos on static pages need no canvas and no script. */
import { crc32, deflateSync } from 'node:zlib';

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** `pixels` holds side x side grey values as two hexadecimal digits each, row by row. */
export function greyPng(side: number, pixels: string): string {
  const grey = Buffer.from(pixels, 'hex');
  if (grey.length !== side * side) throw new Error(`a ${side} x ${side} photo needs ${side * side} pixels, it has ${grey.length}`);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 0, 0, 0, 0], 8); // 8 bits, greyscale
  const rows = Buffer.concat(
    Array.from({ length: side }, (_, y) => Buffer.concat([Buffer.from([0]), grey.subarray(y * side, (y + 1) * side)])),
  );
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${png.toString('base64')}`;
}
