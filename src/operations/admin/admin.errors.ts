import { InvalidRequest } from '../../shared/errors.js';

/** joi cannot say "exactly one" in the OpenAPI document, so the description does and this refuses. */
export class ExactlyOneOf extends InvalidRequest {
  constructor(names: readonly string[]) { super([{ pointer: '#/body', code: 'object_xor', message: `send exactly one of ${names.join(', ')}` }]); }
}
