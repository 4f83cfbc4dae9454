import { defineRoute } from '../../shared/http/route.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { ActivityService } from './activity.service.js';
import { activityAnswer, activityQuery, userParams, type UserParams } from './activity.schemas.js';

const tag = 'Activity';

export function activityRoutes(activity: Pick<ActivityService, 'list'>) {
  const answer = async (userId: string, query: PageQuery) => {
    const page = await activity.list(userId, query);
    const items = page.items.map(({ userId: _userId, ...entry }) => entry);
    return { status: 200, body: success('What happened, newest first.', { ...page, items }) };
  };
  return [
    defineRoute<object, PageQuery>({
      method: 'get', path: '/customers/me/activity', summary: 'What you did and what happened to your account', tag,
      access: { scope: 'customers:self', user: 'required' }, query: activityQuery, responses: { 200: activityAnswer, ...problems(400, 401, 403) },
      handle: ({ query }, { caller }) => answer(caller.user!.id, query),
    }),
    defineRoute<UserParams, PageQuery>({
      method: 'get', path: '/admin/users/:id/activity', summary: 'What somebody did and what happened to their account', tag,
      access: { permission: 'users:read' }, params: userParams, query: activityQuery, responses: { 200: activityAnswer, ...problems(400, 401, 403) },
      handle: ({ params, query }) => answer(params.id, query),
    }),
  ];
}
