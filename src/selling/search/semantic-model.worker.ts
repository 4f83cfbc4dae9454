import { parentPort, workerData } from 'node:worker_threads';
import { unpacked, type PackedDocuments } from './document-pack.js';
import { trainSemanticModel } from './semantic-model.js';

/** The thread of one training: answers the model or null, ends. */
parentPort!.postMessage({ result: trainSemanticModel(unpacked(workerData as PackedDocuments)) });
