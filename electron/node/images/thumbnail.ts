import sharp from 'sharp';

const side = 256; // px, as OpenRaster asks for

/** A small PNG of a picture file. @param input file or bytes of a picture we wrote ourselves */
export async function thumbnailOf(input: string | Uint8Array): Promise<Uint8Array> {
  const small = sharp(input, { limitInputPixels: false }).resize(side, side, {
    fit: 'inside',
    withoutEnlargement: true,
  });
  return await small.toColourspace('srgb').png().toBuffer();
}
