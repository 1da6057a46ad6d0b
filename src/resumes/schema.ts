import * as z from 'zod'
import { flagParameter, parameter } from '../http/text'
import { fileName } from '../prospects/resume-file'

/** The query of `PUT /v1/prospects/{id}/resume`. */
export const UploadResume = z.strictObject({
  fileName: parameter(255).pipe(fileName).optional(),
  userId: parameter().optional(),
  muteWebhook: flagParameter(false),
})

/** The query of `DELETE /v1/prospects/{id}/resume`. */
export const RemoveResume = UploadResume.omit({ fileName: true })
