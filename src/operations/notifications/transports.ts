import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer, { type Transporter } from 'nodemailer';
import type { Failure } from './notifications.js';

export type Message = Readonly<{ id: string; messageId: string; from: string; to: string; subject: string; html: string; text: string; at: Date; stopUrl?: string }>;
/** For one round of the sender; closed at its end, so that an idle shop holds no connection. */
export type Session = { send(message: Message): Promise<void>; close(): void };
export type Transport = { open(): Session };

const CONNECTIONS = 3;
/** Longer than any of these takes nothing may be sent, or a lease could end while its mail is under way. */
export const SEND_LIMIT_MS = 25_000;
const PATIENCE = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 15_000 } as const;

const asMail = ({ messageId, from, to, subject, html, text, at, stopUrl }: Message) => ({
  messageId, from, to, subject, html, text, date: at, headers: {
    'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All',
    ...(stopUrl !== undefined && { 'List-Unsubscribe': `<${stopUrl}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
  },
  // What stands in a mail is data: nothing in it may make us read a file or an address.
  disableFileAccess: true, disableUrlAccess: true,
});

export function smtpTransport(url: string): Transport {
  return {
    open: () => {
      const transporter: Transporter = nodemailer.createTransport({ url, pool: true, maxConnections: CONNECTIONS, ...PATIENCE } as never);
      return { send: async (message) => { await transporter.sendMail(asMail(message)); }, close: () => { transporter.close(); } };
    },
  };
}

/** For development: one file per mail that every mail program opens. */
export function folderTransport(folder: string): Transport {
  const transporter = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return {
    open: () => ({
      send: async (message) => {
        const { message: content } = await transporter.sendMail(asMail(message));
        const file = join(folder, `${message.at.toISOString().replaceAll(':', '-')}-${message.id}.eml`);
        await mkdir(folder, { recursive: true });
        await writeFile(`${file}.part`, content as Buffer);
        await rename(`${file}.part`, file);
      },
      close: () => {},
    }),
  };
}

const UNREACHABLE = new Set(['ECONNECTION', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ESOCKET', 'EDNS', 'ENOTFOUND', 'EAUTH', 'ETLS', 'EPIPE', 'EHOSTUNREACH']);

/** What a failure says about the mail: nothing (the server is away), not now (4xx), never (5xx or no address at all). */
export function failureOf(error: unknown): Failure {
  const { code, responseCode, message = String(error) } = error as { code?: string; responseCode?: number; message?: string };
  const reason = message.slice(0, 500);
  if (code === 'EAUTH' || (responseCode === undefined && code !== undefined && UNREACHABLE.has(code))) return { kind: 'unreachable', reason };
  // 421: the server closes the connection; it has not looked at the mail.
  if (responseCode === 421) return { kind: 'unreachable', reason };
  if (code === 'EENVELOPE' && responseCode === undefined) return { kind: 'permanent', reason };
  return { kind: responseCode !== undefined && responseCode >= 500 ? 'permanent' : 'temporary', reason };
}
