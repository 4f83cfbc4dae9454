import type { Response } from 'express';

/** RFC 9745 and RFC 8594: since when a route is deprecated, when it ends, where to go instead. */
export type Deprecation = Readonly<{ since: Date; sunset?: Date; successor?: string }>;

export function announceDeprecation(res: Response, { since, sunset, successor }: Deprecation): void {
  res.setHeader('Deprecation', `@${Math.floor(since.getTime() / 1000)}`);
  if (sunset) res.setHeader('Sunset', sunset.toUTCString());
  if (successor) res.setHeader('Link', `<${successor}>; rel="successor-version"`);
}
