import { RESUME_TYPES, type ResumeType } from 'resume-parser'
import * as z from 'zod'
import { text, textOrNull, time } from '../http/openapi'
import type { Resume } from './resume'

const place = {
  page: z.int().meta({ description: 'The page on which it was found. The first page is 1.', example: 1 }),
  line: z.int().meta({ description: 'The line of the page. The first line is 1.', example: 3 }),
  certainty: z
    .enum(['sure', 'likely'])
    .meta({ description: 'How reliable the value is. Only `sure` values fill empty fields of the prospect.' }),
}
const found = (example: string) => z.object({ value: z.string().meta({ example }), ...place })
const listOf = (description: string, example: string) => z.array(found(example)).meta({ description })
const foundOrNull = (description: string, example: string) => found(example).nullable().meta({ description })
const period = {
  startDate: textOrNull('`YYYY-MM`, or `YYYY` if the resume has no month.', '2019-03'),
  endDate: textOrNull('Like `startDate`. Null if the resume has no end date, or the period has not ended.', '2021'),
  isCurrent: z.boolean().meta({ description: 'Whether the period has not ended.' }),
}

const parsed = z
  .object({
    name: foundOrNull('Name of the person.', 'José Nerúda'),
    emails: listOf('Email addresses, in lower case.', 'jose@example.com'),
    phones: listOf('Phone numbers, in E.164 format.', '+12125550123'),
    city: foundOrNull('City.', 'New York'),
    state: foundOrNull('State or province, as the resume writes it.', 'NY'),
    postalCode: foundOrNull('Postal code.', '10001'),
    links: listOf('Absolute URLs: LinkedIn, a personal website.', 'https://www.linkedin.com/in/jose'),
    skills: listOf('Skills.', 'Negotiation'),
    work: z
      .array(
        z.object({
          title: textOrNull('Job title.', 'Agent'),
          company: textOrNull('Company.', 'Acme'),
          ...period,
          ...place,
        }),
      )
      .meta({ description: 'Jobs.' }),
    education: z
      .array(
        z.object({
          school: textOrNull('School.', 'CUNY'),
          degree: textOrNull('Degree.', 'BA'),
          ...period,
          ...place,
        }),
      )
      .meta({ description: 'Education.' }),
    licenses: z
      .array(
        z.object({
          name: text('The license, as the resume writes it.', 'Licensed Real Estate Salesperson'),
          number: textOrNull('The number of the license.', '10401234567'),
          status: z
            .enum(['licensed', 'in_progress'])
            .meta({ description: 'Whether the person holds the license or works towards it.' }),
          ...place,
        }),
      )
      .meta({ description: 'Licenses to sell real estate, insurance or securities.' }),
  })
  .meta({ id: 'ParsedResume', description: 'What was parsed from a resume. Lists are in the order of the resume.' })

export const ResumeSchema = z
  .object({
    fileName: text('The name of the file.', 'resume.pdf'),
    contentType: z
      .enum(Object.keys(RESUME_TYPES) as [ResumeType, ...ResumeType[]])
      .meta({ description: 'The media type of the file.' }),
    size: z.int().meta({ description: 'The size of the file, in bytes.', example: 48213 }),
    uploadedAt: time('When the file was uploaded'),
    status: z.enum(['processing', 'parsed', 'unsupported', 'failed']).meta({
      description:
        '`processing`: not parsed yet. `unsupported`: stored, but not parsed (encrypted, or a scan). `failed`: stored, but not parsed (damaged, or too large).',
    }),
    reason: textOrNull('Why the resume was not parsed, or only in part.', 'The PDF is encrypted.'),
    parsed: parsed.nullable(),
  })
  .meta({ id: 'Resume', description: 'A resume: its file, and what was parsed from it.' })
ResumeSchema satisfies z.ZodType<Resume>
