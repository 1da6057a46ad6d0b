/** Receives every event of the Prospects API as a queue consumer: no HTTP endpoint, no signature to verify. */
interface Envelope {
  id: string
  type: string
  timestamp: string
  accountId: string
  /** Over 120 KB it is `{prospect: {id}, reduced: true}`: then ask the API. */
  data: { prospect: { id: string }; reduced?: true }
}

export default {
  async queue(batch: MessageBatch<Envelope>): Promise<void> {
    for (const message of batch.messages) {
      const { id, type, accountId, data } = message.body
      // an event can come twice, and in any order: let what you do depend on its id
      console.log(`${type} ${id} of ${accountId} is about ${data.prospect.id}`)
      message.ack()
    }
  },
} satisfies ExportedHandler<unknown, Envelope>
