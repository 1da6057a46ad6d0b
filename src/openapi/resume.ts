import { RESUME_TYPES, type ResumeType } from 'resume-parser'
import * as z from 'zod'
import type { Resume } from '../prospects/resume'

/** What the API answers of resumes, as schemas for its document; see `answers.ts`. */

const source = {
  page: z.int().meta({ description: 'Where it was found, from 1.', example: 1 }),
  line: z.int().meta({ description: 'The line of the page, from 1.', example: 3 }),
  certainty: z
    .enum(['sure', 'likely'])
    .meta({ description: 'How certain the rule that found it is. Only what is `sure` fills blanks of the prospect.' }),
}
const found = (example: string) => z.object({ value: z.string().meta({ example }), ...source })
const list = (description: string, example: string) => z.array(found(example)).meta({ description })
const one = (description: string, example: string) => found(example).nullable().meta({ description })
const text = (description: string, example: string) => z.string().nullable().meta({ description, example })
const period = {
  startDate: text('`YYYY-MM`, or `YYYY` where no month is told.', '2019-03'),
  endDate: text('Likewise; null if it is not told, or has not come.', '2021'),
  isCurrent: z.boolean().meta({ description: 'Whether it goes on.' }),
}

const parsed = z
  .object({
    name: one('Whose resume it is.', 'José Nerúda'),
    emails: list('In lower case.', 'jose@example.com'),
    phones: list('E.164.', '+12125550123'),
    city: one('City.', 'New York'),
    state: one('State or province, as it is written.', 'NY'),
    postalCode: one('Postal code.', '10001'),
    links: list('Absolute URLs: LinkedIn, a site of their own.', 'https://www.linkedin.com/in/jose'),
    skills: list('Skills.', 'Negotiation'),
    work: z
      .array(z.object({ title: text('Job title.', 'Agent'), company: text('Company.', 'Acme'), ...period, ...source }))
      .meta({ description: 'Where they worked.' }),
    education: z
      .array(z.object({ school: text('School.', 'CUNY'), degree: text('Degree.', 'BA'), ...period, ...source }))
      .meta({ description: 'Where they learned.' }),
    licenses: z
      .array(
        z.object({
          name: z.string().meta({ description: 'As it is written.', example: 'Licensed Real Estate Salesperson' }),
          number: text('Its number.', '10401234567'),
          status: z.enum(['licensed', 'in_progress']).meta({ description: 'Held, or on the way.' }),
          ...source,
        }),
      )
      .meta({ description: 'Licenses to sell real estate, insurance or securities.' }),
  })
  .meta({ id: 'ParsedResume', description: 'What was read in a resume, in its order.' })

const types = Object.keys(RESUME_TYPES) as [ResumeType, ...ResumeType[]]

export const ResumeSchema = z
  .object({
    fileName: z.string().meta({ description: 'Its name.', example: 'resume.pdf' }),
    contentType: z.enum(types).meta({ description: 'What its bytes are.' }),
    size: z.int().meta({ description: 'In bytes.', example: 48213 }),
    uploadedAt: z.int().meta({ description: 'When it was given, in Unix milliseconds.', example: 1795412345678 }),
    status: z.enum(['processing', 'parsed', 'unsupported', 'failed']).meta({
      description:
        '`processing`: it is still to be read. `unsupported`: it is kept, and cannot be read (encrypted, a scan). `failed`: likewise (damaged, too much of it).',
    }),
    reason: text('Why it could not be read, or not all of it.', 'The PDF is encrypted.'),
    parsed: parsed.nullable(),
  })
  .meta({ id: 'Resume', description: 'A resume: its file, and what was read in it.' })
ResumeSchema satisfies z.ZodType<Resume>
