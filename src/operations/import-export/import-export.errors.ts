import { RuleViolation } from '../../shared/errors.js';

/** The file as a whole cannot be read, or not beyond this place. What is wrong in one row is a RowError instead. */
export class ImportFileError extends RuleViolation {
  constructor(readonly code: string, message: string, place: Readonly<{ line?: number; offset?: number }> = {}) {
    super(message, place);
  }
}

export class WarehouseUnknown extends RuleViolation {
  readonly code = 'warehouse_not_found';
  constructor(asked: string, known: readonly string[]) { super(`There is no active warehouse ${asked}.`, { asked, known }); }
}

export class FileMissing extends RuleViolation {
  readonly code = 'file_required';
  constructor() {
    super('Send the file as multipart/form-data in the field "file".', {}, [{ pointer: '#/body/file', code: 'any_required', message: '"file" is required' }]);
  }
}

export class NotAProductFile extends RuleViolation {
  readonly code = 'not_a_product_file';
  constructor() { super('This is neither text nor gzipped text; send CSV or NDJSON in UTF-8.'); }
}

export class MappingUnknown extends RuleViolation {
  readonly code = 'invalid_mapping';
  constructor(message: string) { super(message, {}, [{ pointer: '#/body/mapping', code: 'invalid_mapping', message }]); }
}

/** Kept for a week; a job that no worker took for so long has lost its file. */
export class UploadGone extends RuleViolation {
  readonly code = 'upload_gone';
  constructor() { super('The uploaded file is gone. Upload it again.'); }
}
