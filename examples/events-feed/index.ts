/** An event of the Prospects API, as the queue delivers it. It needs no HTTP endpoint, and there is no signature to verify. */
interface Envelope {
  id: string
  type: string
  timestamp: string
  accountId: string
  /** `{prospect: {id}, reduced: true}` if the event is larger than 120 KB: then read the prospect from the API. */
  data: { prospect: { id: string }; reduced?: true }
}

export default {
  async queue(batch: MessageBatch<Envelope>): Promise<void> {
    for (const message of batch.messages) {
      const { id, type, accountId, data } = message.body
      // an event can arrive twice, and events arrive in any order: use its id to ignore repeats
      console.log(`${type} ${id} of ${accountId} is about ${data.prospect.id}`)
      message.ack()
    }
  },
} satisfies ExportedHandler<unknown, Envelope>
