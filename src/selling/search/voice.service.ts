import type { Audience } from './engine.js';
import type { Recogniser } from './recogniser.js';
import { NothingSaid } from './search.errors.js';
import type { SearchQuery } from './search.schemas.js';
import { audienceOf, type Asking, type SearchService } from './search.service.js';
import { understand, type Hearing } from './voice.js';

type Deps = { search: Pick<SearchService, 'find'>; ready: () => Promise<void>; hearing: (audience: Audience) => Hearing; recogniser: Recogniser };

/** Finds what was said as if it had been typed. */
export class VoiceService {
  constructor(private readonly deps: Deps) {}

  async search(said: { transcript: string | undefined; recording: string | undefined }, query: Omit<SearchQuery, 'q'>, asking: Asking) {
    const { search, ready, hearing } = this.deps;
    await ready();
    const heard = hearing(audienceOf(asking.caller));
    const transcript = said.transcript ?? await this.listen(said.recording, heard);
    const { q, price } = understand(transcript, heard);
    return { ...await search.find(q, price, query, asking), transcript, understood: q };
  }

  private listen(recording: string | undefined, { usual }: Hearing): Promise<string> {
    if (recording === undefined) throw new NothingSaid();
    return this.deps.recogniser(recording, usual);
  }
}
