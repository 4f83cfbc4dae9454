import winston from 'winston';
import 'winston-daily-rotate-file';
import { currentRequestId } from '../http/request-context.js';
import { redact } from './redact.js';

export type Logger = winston.Logger;

/** JSON lines on stdout; with a directory also in files that rotate daily or at 50 MB and are kept 14 days. */
export function createLogger({ level, dir, service }: { level: string; dir: string; service: string }): Logger {
  const format = winston.format.combine(
    winston.format((info) => Object.assign(info, { service, requestId: info['requestId'] ?? currentRequestId() }))(),
    winston.format((info) => redact(info))(),
    winston.format.timestamp(),
    winston.format.json(),
  );
  const transports: winston.transport[] = [new winston.transports.Console()];
  if (dir !== '') {
    transports.push(new winston.transports.DailyRotateFile({
      dirname: dir, filename: `${service}-%DATE%.log`, maxSize: '50m', maxFiles: '14d', zippedArchive: true,
    }));
  }
  return winston.createLogger({ level, format, transports });
}
