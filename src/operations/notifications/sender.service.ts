import { later, type Clock } from '../../shared/clock.js';
import type { Failpoint } from '../../shared/failpoint.js';
import { nextTry, SECRET, type Failure, type Mail } from './notifications.js';
import type { HeldMail, MailRepository } from './notifications.repository.js';
import { failureOf, SEND_LIMIT_MS, type Message, type Session, type Transport } from './transports.js';

const LEASE_MS = 2 * SEND_LIMIT_MS;
const LANES = 3;

export type SenderDeps = Readonly<{
  mails: MailRepository; transport: Transport; now: Clock; from: string; failpoint: Failpoint;
  /** The secret that a mail carries; it is derived anew each time and kept nowhere. */
  revealSecret(ref: string): string | Promise<string>;
  random?: () => number;
}>;

/**
 * Takes due mails one by one, under a lease. A crash between sending and writing that down sends once more, with the same
 * Message-ID, by which mail servers and programs know it for the same mail.
 */
export class Sender {
  constructor(private readonly deps: SenderDeps) {}

  /** Sends whatever is due, until nothing is or the server is away; answers how many left. */
  async run(stop?: AbortSignal): Promise<number> {
    const session = this.deps.transport.open();
    let sent = 0;
    let isAway = false;
    const lane = async () => {
      while (!isAway && !stop?.aborted) {
        const mail = await this.deps.mails.take(this.deps.now(), LEASE_MS);
        if (!mail) return;
        const failure = await this.deliver(session, mail);
        if (failure === null) sent += 1;
        else if (failure.kind === 'unreachable') isAway = true;
      }
    };
    try {
      await Promise.all(Array.from({ length: LANES }, lane));
    } finally {
      session.close();
    }
    return sent;
  }

  private async deliver(session: Session, mail: HeldMail): Promise<Failure | null> {
    const { mails, now, failpoint } = this.deps;
    try {
      await session.send(await this.messageOf(mail));
    } catch (error) {
      const failure = failureOf(error);
      await this.note(mail, failure);
      return failure;
    }
    await failpoint('mails.after_send');
    await mails.settle(mail, { state: 'sent', sentAt: now() });
    return null;
  }

  private async note(mail: HeldMail, failure: Failure): Promise<void> {
    const { mails, now, random = Math.random } = this.deps;
    const failures = mail.failures + (failure.kind === 'unreachable' ? 0 : 1);
    const wait = nextTry({ failures, ageMs: now().getTime() - mail.createdAt.getTime() }, failure, random);
    await mails.settle(mail, { failures, lastError: failure.reason, ...(wait === null ? { state: 'dead' } : { dueAt: later(now(), wait) }) });
  }

  private async messageOf({ id, to, subject, html, text, secretRef, stopUrl, createdAt }: Mail): Promise<Message> {
    const { from, revealSecret } = this.deps;
    const secret = secretRef === undefined ? '' : await revealSecret(secretRef);
    const filled = (part: string) => (secretRef === undefined ? part : part.replaceAll(SECRET, () => secret));
    return { id, messageId: `<${id}@${domainOf(from)}>`, from, to, subject, html: filled(html), text: filled(text), at: createdAt, ...(stopUrl !== undefined && { stopUrl }) };
  }
}

const domainOf = (from: string): string => /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
