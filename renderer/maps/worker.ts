// Finds edges and regions beside the page, so that sliders never wait for them.
import { findRegions, regionDefaults } from '#models/maps';
import type { RgbImage } from '#models/api';
import { EdgeDesk } from './edge-desk.ts';
import type { FromMapWorker, ToMapWorker } from './map-protocol.ts';

const desk = new EdgeDesk();
let picture: RgbImage | undefined;

const answer = (message: FromMapWorker, ...moved: Transferable[]): void =>
  (self as unknown as Worker).postMessage(message, moved);

function handle(message: ToMapWorker): void {
  switch (message.type) {
    case 'picture':
      picture = message.picture;
      return desk.setPicture(message.picture);
    case 'edges': {
      const data = desk.edges(message.detector, message.thresholds);
      if (data) answer({ type: 'edges', id: message.id, data }, data.buffer);
      return;
    }
    case 'regions': {
      if (!picture) return;
      const regions = findRegions(picture, { ...regionDefaults, scale: message.scale });
      answer({ type: 'regions', id: message.id, regions }, regions.buffer);
    }
  }
}

self.onmessage = ({ data }: MessageEvent<ToMapWorker>) => {
  try {
    handle(data);
  } catch (error) {
    if ('id' in data) answer({ type: 'failed', id: data.id, reason: String(error) });
  }
};
