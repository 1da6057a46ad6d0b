import { isResumeType, MAX_RESUME, RESUME_TYPES, type ResumeType, Sniffer } from 'resume-parser'
import * as z from 'zod'
import { essenceOf } from '../http/media-type'
import { invalid, requiredLine } from '../http/text'
import { resumeTooLarge } from './errors'

/** A file in a body, decoded. */
export interface GivenFile {
  fileName: string
  contentType: ResumeType
  bytes: Uint8Array<ArrayBuffer>
}

const NEITHER = 'This is neither PDF, DOCX nor plain text.'

/** The name of a file. Some browsers and scripts send a path: the name is its last part. */
export const fileName = requiredLine(255).transform((s) => s.replace(/^.*[/\\](?=.)/, '').trim())

/** The error of a file that was sent as `claimed`, and whose bytes are of `kind` (null: an unknown type). Null: no error. */
export function rejectType(kind: ResumeType | null, claimed: string, size: number) {
  if (size === 0) return invalid('empty', 'The file is empty.')
  if (kind === null) return invalid('not_allowed', NEITHER)
  return kind === claimed ? null : invalid('type_mismatch', `This is ${kind}, not ${claimed}.`)
}

/**
 * The `resume` of a body: `{fileName, contentType, content}`. The content is base64 (RFC 4648), with or without padding. The
 * bytes decide the type of the file. Throws 413 if the file is too large.
 */
export const ResumeFile = z
  .strictObject({
    fileName,
    contentType: z
      .string()
      .overwrite(essenceOf)
      .refine(isResumeType, invalid('not_allowed', NEITHER))
      .meta({ enum: Object.keys(RESUME_TYPES) }),
    content: z.string().meta({ contentEncoding: 'base64' }),
  })
  .transform(({ fileName, contentType, content }, ctx): GivenFile => {
    const reject = (issue: ReturnType<typeof invalid>) => {
      ctx.addIssue({ code: 'custom', ...issue, path: ['content'], input: content })
      return z.NEVER
    }
    if (content.length > MAX_RESUME * 2) throw resumeTooLarge()
    let bytes: Uint8Array<ArrayBuffer>
    try {
      bytes = Uint8Array.fromBase64(content)
    } catch {
      return reject(invalid('wrong_format', 'This is not base64.'))
    }
    if (bytes.length > MAX_RESUME) throw resumeTooLarge()
    const sniffer = new Sniffer()
    sniffer.push(bytes)
    const wrong = rejectType(sniffer.type, contentType, bytes.length)
    return wrong ? reject(wrong) : { fileName, contentType: contentType as ResumeType, bytes }
  })
