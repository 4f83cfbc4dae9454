import { BreakerOpen, type Breaker } from '../../shared/breaker.js';
import type { SearchEngine, SearchRequest, SearchResult, SuggestionRequest, Suggestions } from './engine.js';

type Deps = {
  server: SearchEngine; embedded: SearchEngine; /** Waits until the embedded engine can answer. */ embeddedReady: () => Promise<void>;
  /** For the whole answer, however many questions it takes. */
  timeoutMs: number; breaker: Breaker; degraded: (cause: string) => void;
};

/** Asks the server and, when it does not answer well or in time, the engine of this process: within the same request, and it says so. */
export class FallbackEngine implements SearchEngine {
  readonly name: string;

  constructor(private readonly deps: Deps) {
    this.name = deps.server.name;
  }

  search(request: SearchRequest): Promise<SearchResult> {
    return this.ask((engine) => engine.search(request));
  }

  suggest(request: SuggestionRequest): Promise<Suggestions> {
    return this.ask((engine) => engine.suggest(request));
  }

  private async ask<T extends object>(question: (engine: SearchEngine) => T | Promise<T>): Promise<T & { degraded?: true }> {
    const { server, embedded, embeddedReady, breaker, timeoutMs, degraded } = this.deps;
    try {
      return await breaker.run(() => within(timeoutMs, Promise.resolve(question(server))));
    } catch (error) {
      degraded(causeOf(error));
      await embeddedReady();
      return { ...await question(embedded), degraded: true };
    }
  }
}

/** The client limits each question; this the whole answer. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  // What comes too late is nobody's any more.
  work.catch(() => {});
  const late = new Promise<never>((_resolve, reject) => { timer = setTimeout(() => { reject(new Error(`no answer within ${ms} ms`)); }, ms); });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const causeOf = (error: unknown): string => (error instanceof BreakerOpen ? 'breaker open' : error instanceof Error ? error.message.slice(0, 200) : 'unknown');
