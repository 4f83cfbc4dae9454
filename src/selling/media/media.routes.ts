import { mayAct, type Caller } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { orBusy, type IntakeService } from './intake.service.js';
import type { LibraryService } from './library.service.js';
import { FileRequired } from './media.errors.js';
import { ownerOfUser, SHOP_OWNER, type UploadedFile } from './media.js';
import { doneAnswer, fileAnswer, filesAnswer, listQuery, mediaParams, importBody, noFields, uploadAnswer, uploadBody, type ImportBody, type ListQuery, type MediaParams, type UploadBody } from './media.schemas.js';

const LINK_SECONDS = 3_600;
const base = { tag: 'Media', access: { scope: 'customers:self', user: 'required', staff: 'products:write' } } as const;
const refusals = problems(400, 401, 403, 404, 409, 413, 415);

type Deps = { intake: IntakeService; library: LibraryService; uploadFolder: string; maxBytes: number };

/** What staff upload belongs to the shop; what a customer uploads is his. */
const ownerOf = (caller: Caller): string => {
  if (mayAct(caller, 'products:write')) return SHOP_OWNER;
  return ownerOfUser(caller.user!.id);
};

export function mediaRoutes({ intake, library, uploadFolder, maxBytes }: Deps): Route[] {
  const show = async (files: readonly UploadedFile[]) => {
    const ready = await library.urlsOf(files.filter(({ isPublic }) => isPublic).map(({ id }) => id));
    const signed = await library.urlsOf(files.filter(({ isPublic }) => !isPublic).map(({ id }) => id), { signedForSeconds: LINK_SECONDS });
    return files.map((file) => presented(file, ready.get(file.id) ?? signed.get(file.id)));
  };
  const showOne = async (file: UploadedFile) => (await show([file]))[0]!;
  const statusOf = ({ state }: UploadedFile) => (state === 'ready' ? 201 : 202);

  return [
    defineRoute<object, object, object, object>({
      ...base, method: 'post', path: '/media', summary: 'Upload a picture or a video', body: noFields, consumes: { file: { maxBytes, directory: uploadFolder } },
      description: 'In the field file. Its bytes decide what it is; it is made anew in several sizes without EXIF and place. 201: ready. 202: ready when a worker has seen it, as with videos.',
      responses: { 201: fileAnswer, 202: fileAnswer, ...refusals },
      handle: async (_input, { caller, file }) => {
        const owner = ownerOf(caller);
        if (!file) throw new FileRequired();
        const taken = await intake.take({ path: file.path, name: file.originalname, owner }).catch(orBusy);
        return { status: statusOf(taken), location: `/media/files/${taken.id}`, body: success(taken.state === 'ready' ? 'The file is ready.' : 'The file is taken; ask for it again in a moment.', await showOne(taken)) };
      },
    }),
    defineRoute<object, object, object, ImportBody>({
      tag: 'Media', access: { permission: 'products:write' }, method: 'post', path: '/media/imports', summary: 'Fetch a picture from an address', body: importBody, patient: true,
      description: 'Only from the public internet, ports 80 and 443, with at most 3 redirects and within 8 s; otherwise 400 `address_not_fetched` with a reason.',
      responses: { 201: fileAnswer, 202: fileAnswer, ...refusals },
      handle: async ({ body: { url, name } }, { caller }) => {
        const taken = await intake.takeFrom({ url, name: name ?? new URL(url).pathname.split('/').at(-1)!, owner: ownerOf(caller) }).catch(orBusy);
        return { status: statusOf(taken), location: `/media/files/${taken.id}`, body: success('The file is taken.', await showOne(taken)) };
      },
    }),
    defineRoute<object, object, object, UploadBody>({
      ...base, method: 'post', path: '/media/uploads', summary: 'Ask for a link to which a file is sent directly', body: uploadBody,
      description: 'Send the bytes with the method and headers of `upload`, then say complete. The link takes this type and this many bytes only, and expires.', responses: { 201: uploadAnswer, ...refusals },
      handle: async ({ body }, { caller }) => {
        const { file, upload } = await intake.begin({ ...body, owner: ownerOf(caller) });
        return { status: 201, location: `/media/files/${file.id}`, body: success('Send the file to the link.', { file: await showOne(file), upload: { ...upload, expiresAt: upload.expiresAt.toISOString() } }) };
      },
    }),
    defineRoute<MediaParams>({
      ...base, method: 'post', path: '/media/uploads/:id/complete', summary: 'Say that the bytes are sent', params: mediaParams, responses: { 202: fileAnswer, ...refusals },
      handle: async ({ params }, { caller }) => ({ status: 202, location: `/media/files/${params.id}`, body: success('It is being looked at; ask for it again in a moment.', await showOne(await intake.complete(params.id, ownerOf(caller)))) }),
    }),
    ...fileRoutes(library, show),
  ];
}

function fileRoutes(library: LibraryService, show: (files: readonly UploadedFile[]) => Promise<object[]>): Route[] {
  return [
    defineRoute<object, ListQuery>({
      ...base, method: 'get', path: '/media/files', summary: 'List your files; for staff those of the shop', query: listQuery, responses: { 200: filesAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }, { caller }) => {
        const page = await library.list(ownerOf(caller), query.state, query);
        return { status: 200, body: success('Files.', { ...page, items: await show(page.items) }) };
      },
    }),
    defineRoute<MediaParams>({
      ...base, method: 'get', path: '/media/files/:id', summary: 'Show one of your files', params: mediaParams, responses: { 200: fileAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('The file.', (await show([await library.get(params.id, ownerOf(caller))]))[0]) }),
    }),
    defineRoute<MediaParams>({
      ...base, method: 'delete', path: '/media/files/:id', summary: 'Delete a file that nothing shows', params: mediaParams, responses: { 200: doneAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => {
        await library.delete(params.id, ownerOf(caller));
        return { status: 200, body: success('Deleted.', { id: params.id }) };
      },
    }),
  ];
}

function presented({ id, name, state, kind, contentType, bytes, width, height, durationSeconds, note, refusal, isPublic, createdAt }: UploadedFile, view: { url: string; urls: object } | undefined) {
  return {
    id, name, state, kind, contentType, bytes, ...(width !== undefined && { width, height }), ...(durationSeconds !== undefined && { durationSeconds }), ...(note && { note }), ...(refusal && { refusal }),
    isPublic, ...(view && { url: view.url, urls: view.urls }), createdAt: createdAt.toISOString(),
  };
}
