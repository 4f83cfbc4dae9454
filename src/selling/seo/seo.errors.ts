import { NotFoundError, TemporarilyUnavailable } from '../../shared/errors.js';

export class MapNotReady extends TemporarilyUnavailable {
  constructor() { super('sitemap_not_ready', 'The map of this shop is being made. Ask again in a minute.', 60); }
}

export class MapPartNotFound extends NotFoundError {
  readonly code = 'sitemap_not_found';
  constructor(name: string) { super(`There is no ${name.slice(0, 60)} any more; read /sitemap.xml again.`); }
}

export class PageNotFound extends NotFoundError {
  readonly code = 'page_not_found';
  constructor(path: string) { super('No product and no category has this path.', { path: path.slice(0, 200) }); }
}

export class TooManyFeeds extends TemporarilyUnavailable {
  constructor() { super('feeds_busy', 'Other feeds are being read at this moment. Ask again in half a minute.', 30); }
}
