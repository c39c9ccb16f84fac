import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { threadPort } from '../rpc/thread-port.ts';
import { serveFileWork } from './file-work.ts';
import { openPixels } from './stores.ts';

// The thread that reads, packs and writes pictures, so that nothing else in the engine's process waits for it.

const { dataFolder } = z.object({ dataFolder: z.string() }).parse(workerData);
serveFileWork(threadPort(parentPort!), openPixels(dataFolder));
