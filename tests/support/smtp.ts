import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export type ReceivedMail = { to: string[]; raw: string; messageId: string; subject: string; text: string; html: string };
type Refusal = { code: number; message: string };

/** A real mail server that keeps what it is given; it can refuse what a test wants refused, and be away for a while. */
export async function startSmtp() {
  const received: ReceivedMail[] = [];
  const state: { refuse: ((to: string) => Refusal | null); port: number } = { refuse: () => null, port: 0 };
  let server: SMTPServer;

  async function listen(): Promise<void> {
    server = new SMTPServer({
      authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false,
      onRcptTo: ({ address }, _session, done) => {
        const refusal = state.refuse(address);
        done(refusal ? Object.assign(new Error(refusal.message), { responseCode: refusal.code }) : null);
      },
      onData: (stream, { envelope }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => { chunks.push(chunk); });
        stream.on('end', () => {
          received.push(parse(envelope.rcptTo.map(({ address }) => address), Buffer.concat(chunks).toString()));
          done();
        });
      },
    });
    server.on('error', () => {});
    await new Promise<void>((resolve) => { server.listen(state.port, '127.0.0.1', resolve); });
    state.port = (server.server.address() as AddressInfo).port;
  }
  const close = () => new Promise<void>((resolve) => { server.close(resolve); });

  await listen();
  return {
    received, state, close,
    get url() { return `smtp://127.0.0.1:${state.port}`; },
    /** Refuses connections until it comes back on the same port. */
    goAway: close,
    comeBack: listen,
  };
}

export type Smtp = Awaited<ReturnType<typeof startSmtp>>;

function parse(to: string[], raw: string): ReceivedMail {
  const unfolded = raw.replace(/\r\n[ \t]+/g, ' ');
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(unfolded)?.[1]?.trim() ?? '';
  return { to, raw, messageId: header('Message-ID'), subject: words(header('Subject')), text: partOf(raw, 'text/plain'), html: partOf(raw, 'text/html') };
}

/** RFC 2047 words, as they stand in a subject. */
const words = (text: string): string => text.replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_all, kind: string, content: string) => (
  kind.toUpperCase() === 'B' ? Buffer.from(content, 'base64').toString() : quoted(content.replaceAll('_', ' '))));

function partOf(raw: string, type: string): string {
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1];
  const part = raw.split(`--${boundary}`).find((candidate) => candidate.includes(`Content-Type: ${type}`)) ?? '';
  const [head = '', ...rest] = part.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n').replace(/\r\n$/, '');
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString();
  return (/quoted-printable/i.test(head) ? quoted(body) : body).replaceAll('\r\n', '\n');
}

function quoted(text: string): string {
  const bytes = text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
