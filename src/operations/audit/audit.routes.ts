import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { readActor, type AuditFilter } from './audit.js';
import { auditAnswer, auditQuery, verificationAnswer, type AuditQuery } from './audit.schemas.js';
import type { AuditService } from './audit.service.js';

export function auditRoutes(audit: AuditService) {
  return [
    defineRoute<object, AuditQuery>({
      method: 'get', path: '/admin/audit', summary: 'Who changed what, and how it was before', tag: 'Audit', access: { permission: 'audit:read' },
      query: auditQuery, responses: { 200: auditAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => ({ status: 200, body: success('The audit log.', await audit.list(filterOf(query), query)) }),
    }),
    defineRoute({
      method: 'get', path: '/admin/audit/verify', summary: 'Whether any entry was edited or removed', tag: 'Audit', access: { permission: 'audit:read' },
      description: 'Reads the whole log. A tail that was cut off together with its head is found by `npm run audit:verify -- --anchor`, with an anchor from the log of the worker.',
      responses: { 200: verificationAnswer, ...problems(400, 401, 403) },
      handle: async () => {
        const found = await audit.verify();
        return { status: 200, body: success(found.ok ? 'Every entry follows the one before it.' : 'The log was tampered with.', found) };
      },
    }),
  ];
}

function filterOf({ action, subject, actor, 'created_at[gte]': from, 'created_at[lte]': until }: AuditQuery): AuditFilter {
  return {
    ...(action !== undefined && { action }), ...(subject !== undefined && { subject }), ...(actor !== undefined && { actor: readActor(actor) }),
    ...(from && { from }), ...(until && { until }),
  };
}
