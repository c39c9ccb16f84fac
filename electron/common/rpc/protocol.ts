import { z } from 'zod';

const zId = z.int().nonnegative(); // chosen by the client, used once per connection
const zMember = { service: z.string().max(64), member: z.string().max(64) };

/** What a client sends. */
export const zClientFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), id: zId, ...zMember, args: z.array(z.unknown()) }),
  z.object({ type: z.literal('cancel'), id: zId }),
  z.object({ type: z.literal('subscribe'), id: zId, ...zMember }),
  z.object({ type: z.literal('unsubscribe'), id: zId }),
]);
export type ClientFrame = z.infer<typeof zClientFrame>;

/** What a server sends. A call ends with exactly one result or error; a subscription that is refused ends with an error. */
export const zServerFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: zId, value: z.unknown().optional() }),
  z.object({ type: z.literal('error'), id: zId, error: z.unknown() }), // the wire form of an error
  z.object({ type: z.literal('event'), id: zId, value: z.unknown().optional() }), // id of the subscription
]);
export type ServerFrame = z.infer<typeof zServerFrame>;
