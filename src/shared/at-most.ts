/** Nobody waits longer than this for what others answer. The work itself goes on, and what comes of it too late is nobody's any more. */
export async function atMost<T>(milliseconds: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => { timer = setTimeout(() => { reject(late()); }, milliseconds); });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
