import { atMost } from '../../shared/at-most.js';
import { BreakerOpen, type Breaker } from '../../shared/breaker.js';
import type { SearchEngine, SearchRequest, SearchResult, SuggestionRequest, Suggestions } from './engine.js';

type Deps = {
  server: SearchEngine; embedded: SearchEngine; /** Waits until the embedded engine can answer. */ embeddedReady: () => Promise<void>;
  /** For the whole answer, however many questions it takes: the client limits each of them. */
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
      return await breaker.run(() => atMost(timeoutMs, Promise.resolve(question(server)), () => new Error(`no answer within ${timeoutMs} ms`)));
    } catch (error) {
      degraded(causeOf(error));
      await embeddedReady();
      return { ...await question(embedded), degraded: true };
    }
  }
}

const causeOf = (error: unknown): string => (error instanceof BreakerOpen ? 'breaker open' : error instanceof Error ? error.message.slice(0, 200) : 'unknown');
