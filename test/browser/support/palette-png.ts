import { crc32, deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';

interface Indexed {
  width: number;
  height: number;
  /** Red, green and blue of each of the colours. */
  palette: number[];
  /** The colour of each pixel, in base64. */
  pixels: string;
}

/** The same picture in the 256 colours that it has most of, a third of the size. `page`: an empty one, which reads it. */
export async function toPalette(png: Buffer, page: Page): Promise<Buffer> {
  const { width, height, palette, pixels } = await indexed(png, page);
  const indexes = Buffer.from(pixels, 'base64');
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) indexes.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a pixel, an index into the palette.
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette)),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function indexed(png: Buffer, page: Page): Promise<Indexed> {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const { width, height } = bitmap;
    const canvas = new OffscreenCanvas(width, height).getContext('2d')!;
    canvas.drawImage(bitmap, 0, 0);
    const colours = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer);
    const counts = new Map<number, number>();
    for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
    const kept = [...counts].sort(([, one], [, other]) => other - one).slice(0, 256);
    const rgb = (colour: number): number[] => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
    const palette = kept.map(([colour]) => rgb(colour));
    const nearest = (colour: number): number => {
      const [red, green, blue] = rgb(colour) as [number, number, number];
      let [best, least] = [0, Infinity];
      for (const [index, each] of palette.entries()) {
        const far = (each[0]! - red) ** 2 + (each[1]! - green) ** 2 + (each[2]! - blue) ** 2;
        if (far < least) [best, least] = [index, far];
      }
      return best;
    };
    const indexOf = new Map([...counts.keys()].map((colour) => [colour, nearest(colour)]));
    const pixels = Array.from(colours, (colour) => String.fromCharCode(indexOf.get(colour)!)).join('');
    return { width, height, palette: palette.flat(), pixels: btoa(pixels) };
  }, png.toString('base64'));
}
