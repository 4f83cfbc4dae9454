import { ConflictError, NotFoundError, RuleViolation, UnavailableError } from '../../shared/errors.js';
import { MAX_ADDRESSES } from './customers.js';

export class CustomerNotFound extends NotFoundError {
  readonly code = 'customer_not_found';
  constructor() { super('There is no such customer.'); }
}

export class AddressNotFound extends NotFoundError {
  readonly code = 'address_not_found';
  constructor() { super('There is no such address.'); }
}

export class TooManyAddresses extends ConflictError {
  readonly code = 'too_many_addresses';
  constructor() { super(`An address book holds ${MAX_ADDRESSES} addresses. Remove one first.`, { limit: MAX_ADDRESSES }); }
}

export class UnknownDefaultAddress extends RuleViolation {
  readonly code = 'unknown_address';
  constructor(field: string) {
    super('The default address must be one of the address book.', {}, [
      { pointer: `#/body/${field}`, code: 'unknown_address', message: `${field} is not in the address book` },
    ]);
  }
}

export class CustomerGroupNotFound extends NotFoundError {
  readonly code = 'customer_group_not_found';
  constructor(groupId: string) { super('There is no such customer group.', { groupId }); }
}

export class GroupCodeTaken extends ConflictError {
  readonly code = 'group_code_taken';
  constructor(groupCode: string) { super(`Another group has the code ${groupCode}.`, { groupCode }); }
}

export class UnknownGroups extends RuleViolation {
  readonly code = 'unknown_group';
  constructor(groupIds: readonly string[]) {
    super('Every group must exist.', { groupIds }, [{ pointer: '#/body/groupIds', code: 'unknown_group', message: `there is no group ${groupIds.join(', ')}` }]);
  }
}

export class CompanyNotFound extends NotFoundError {
  readonly code = 'company_not_found';
  constructor(companyId: string) { super('There is no such company.', { companyId }); }
}

export class MemberElsewhere extends ConflictError {
  readonly code = 'member_elsewhere';
  constructor(companyId: string) { super('This customer buys for another company already. Remove the membership there first.', { companyId }); }
}

export class NotAMember extends NotFoundError {
  readonly code = 'member_not_found';
  constructor() { super('This customer is no member.'); }
}

export class CompanyHasMembers extends ConflictError {
  readonly code = 'company_has_members';
  constructor(members: number) { super(`${members} customers buy for this company. Remove them first.`, { members }); }
}

export class ProfileExists extends ConflictError {
  readonly code = 'profile_exists';
  constructor() { super('This user has a customer profile already.'); }
}

export class AvatarWaiting extends UnavailableError {
  readonly code = 'avatar_waiting';
  override readonly retryAfterSeconds = 30;
  constructor() { super('The picture cannot be checked for malware at this moment, so it is not shown. Try again in a while.'); }
}

export class AvatarMissing extends RuleViolation {
  readonly code = 'file_required';
  constructor() { super('Send the picture in the field file of a multipart/form-data body.', {}, [{ pointer: '#/body/file', code: 'file_required', message: '"file" is required' }]); }
}
