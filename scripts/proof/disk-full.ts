import { execFile } from 'node:child_process';
import { cp, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { temporaryFolder } from '../lib/owned-processes.js';
import type { Drill } from './drill.js';
import type { MongoNode } from './mongo-set.js';

const run = promisify(execFile);
const DISK_MB = 900;
const PIECE = Buffer.alloc(1_000_000);

type Moved = { node: MongoNode; home: string; disk: string };
let moved: Moved[] = [];

const mount = (disk: string) => run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', disk]);
const unmount = (disk: string) => run('umount', ['-l', disk]).catch(() => undefined);

/** Mounting a disk that can be full needs root, or a container that may. */
async function cannotMount(): Promise<string | null> {
  const disk = await temporaryFolder();
  try {
    await mount(disk);
    await unmount(disk);
    return null;
  } catch {
    return 'mounting a small disk needs rights that this user does not have';
  } finally {
    await rm(disk, { recursive: true, force: true });
  }
}

/** Takes all that is left, in pieces, and goes on as soon as something is given back. */
async function keepFull(disk: string, until: number): Promise<void> {
  for (let n = 0; Date.now() < until;) {
    const { bavail, bsize } = await statfs(disk);
    const piece = Math.min(PIECE.length, bavail * bsize);
    if (piece === 0) { await pause(20); continue; }
    await writeFile(join(disk, `filler-${n++}`), PIECE.subarray(0, piece)).catch(() => undefined);
  }
}

/** mongod ends itself rather than write half: with two of three gone there is no majority, writes are refused, nothing acknowledged is lost. */
export const diskFull: Drill = {
  id: 'F09', what: 'the disks of two mongod full for 10 s', seconds: 30, marks: { slowest: 10_000 },
  cannot: cannotMount,
  async prepare({ mongo }) {
    moved = [];
    for (const node of mongo.nodes.slice(0, 2)) {
      await mongo.kill(node);
      const disk = await temporaryFolder();
      await mount(disk);
      const place = { node, home: node.folder, disk };
      moved.push(place);
      await mkdir(join(disk, 'data'));
      await cp(node.folder, join(disk, 'data'), { recursive: true });
      node.folder = join(disk, 'data');
      await mongo.start(node);
      await mongo.mend();
    }
  },
  async inject({ mongo }) {
    await pause(3000);
    const until = Date.now() + 10_000;
    await Promise.all(moved.map(({ disk }) => keepFull(disk, until)));
    for (const { disk } of moved) await run('sh', ['-c', `rm -f ${disk}/filler-*`]);
    await mongo.mend();
  },
  async restore({ mongo }) {
    for (const { node, home, disk } of moved) {
      await mongo.kill(node);
      await rm(home, { recursive: true, force: true });
      await cp(node.folder, home, { recursive: true });
      node.folder = home;
      await mongo.start(node);
      await unmount(disk);
      await mongo.mend();
    }
    moved = [];
  },
};

/** For whoever is interrupted in the middle of it. */
export const unmountAll = () => Promise.all(moved.map(({ disk }) => unmount(disk)));
