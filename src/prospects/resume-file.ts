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

/** The last part of a path that a browser or a script may have sent; it names the download. */
export const fileName = requiredLine(255).transform((s) => s.replace(/^.*[/\\](?=.)/, '').trim())

/** What is wrong with bytes that are of `kind`, where they are said to be `claimed`; null: nothing. */
export function rejectType(kind: ResumeType | null, claimed: string, size: number) {
  if (size === 0) return invalid('empty', 'The file is empty.')
  if (kind === null) return invalid('not_allowed', NEITHER)
  return kind === claimed ? null : invalid('type_mismatch', `This is ${kind}, not ${claimed}.`)
}

/**
 * `resume` of a body: `{fileName, contentType, content}`, the content in base64 (RFC 4648, also without padding). The
 * bytes have the last word on what it is. Throws 413 if it is too large.
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
    const refuse = (issue: ReturnType<typeof invalid>) => {
      ctx.addIssue({ code: 'custom', ...issue, path: ['content'], input: content })
      return z.NEVER
    }
    if (content.length > MAX_RESUME * 2) throw resumeTooLarge()
    let bytes: Uint8Array<ArrayBuffer>
    try {
      bytes = Uint8Array.fromBase64(content)
    } catch {
      return refuse(invalid('wrong_format', 'This is not base64.'))
    }
    if (bytes.length > MAX_RESUME) throw resumeTooLarge()
    const sniffer = new Sniffer()
    sniffer.push(bytes)
    const wrong = rejectType(sniffer.type, contentType, bytes.length)
    return wrong ? refuse(wrong) : { fileName, contentType: contentType as ResumeType, bytes }
  })
