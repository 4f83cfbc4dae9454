import { ConflictError } from '../../shared/errors.js';

export class InsufficientPoints extends ConflictError {
  readonly code = 'insufficient_points';
  constructor(requested: number, available: number) { super(`${requested} points were asked for, ${available} are there.`, { requested, available }); }
}
