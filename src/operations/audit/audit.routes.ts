import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { readActor, type AuditFilter } from './audit.js';
import { auditAnswer, auditQuery, type AuditQuery } from './audit.schemas.js';
import type { AuditService } from './audit.service.js';

export function auditRoutes(audit: AuditService) {
  return [
    defineRoute<object, AuditQuery>({
      method: 'get', path: '/admin/audit', summary: 'Who changed what, and how it was before', tag: 'Audit', access: { permission: 'audit:read' },
      query: auditQuery, responses: { 200: auditAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => ({ status: 200, body: success('The audit log.', await audit.list(filterOf(query), query)) }),
    }),
  ];
}

function filterOf({ action, subject, actor, 'created_at[gte]': from, 'created_at[lte]': until }: AuditQuery): AuditFilter {
  return {
    ...(action !== undefined && { action }), ...(subject !== undefined && { subject }), ...(actor !== undefined && { actor: readActor(actor) }),
    ...(from && { from }), ...(until && { until }),
  };
}
