import * as z from 'zod'

// A message only says that work may be due. D1 holds the truth, so a message may be lost, late or sent twice.

/** A delivery may be due. */
export const DeliveryMessage = z.object({ accountId: z.string(), webhookId: z.string(), eventSeq: z.int() })
export type DeliveryMessage = z.infer<typeof DeliveryMessage>

/** An import may continue from this byte of its file. Once it is past that byte, the message has no effect. */
export const ImportMessage = z.object({ accountId: z.string(), importId: z.string(), from: z.number() })
export type ImportMessage = z.infer<typeof ImportMessage>

/** A prospect's resume may be waiting for its reader. */
export const ResumeMessage = z.object({ accountId: z.string(), prospectId: z.string() })
export type ResumeMessage = z.infer<typeof ResumeMessage>

/** The messages of a batch that match this schema. Each other message is logged and dropped. */
export function parseMessages<Body>(
  schema: z.ZodType<Body>,
  { queue, messages }: MessageBatch<unknown>,
): { message: Message<unknown>; body: Body }[] {
  return messages.flatMap((message) => {
    const { success, data } = schema.safeParse(message.body)
    if (success) return [{ message, body: data }]
    console.error(JSON.stringify({ level: 'error', message: 'malformed message', queue, messageId: message.id }))
    return []
  })
}

/** Logs an alarm for messages that failed in every try. The schedule finds their work in D1. */
export function logDeadLetters({ queue, messages }: MessageBatch<unknown>): void {
  console.error(JSON.stringify({ level: 'error', alarm: 'dead letters', queue, count: messages.length }))
}
