import Joi from 'joi';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems } from '../../shared/http/schemas.js';
import { AvatarMissing } from './customers.errors.js';
import { shown } from './customers.routes.js';
import { customerAnswer } from './customers.schemas.js';
import type { CustomerService } from './customers.service.js';

const MAX_BYTES = 10_000_000;
const base = { path: '/customers/me/avatar', tag: 'Customers', access: { scope: 'customers:self', user: 'required' } } as const;

export function avatarRoutes(customers: CustomerService, uploadFolder: string): Route[] {
  return [
    defineRoute<object, object, object, object>({
      ...base, method: 'put', summary: 'Set your picture', body: Joi.object({}), consumes: { file: { maxBytes: MAX_BYTES, directory: uploadFolder } },
      description: 'In the field file. It is cut to a square and made anew, without EXIF and place.', responses: { 200: customerAnswer, ...problems(400, 401, 403, 404, 409, 412, 413, 415) },
      handle: async (_input, { caller, ifMatch, file }) => {
        if (!file) throw new AvatarMissing();
        return shown('Your picture is set.', await customers.setAvatar(caller.user!.id, { path: file.path, name: file.originalname }, ifMatch));
      },
    }),
    defineRoute({
      ...base, method: 'delete', summary: 'Remove your picture', responses: { 200: customerAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async (_input, { caller, ifMatch }) => shown('Your picture is removed.', await customers.removeAvatar(caller.user!.id, ifMatch)),
    }),
  ];
}
