import { RESUME_TYPES } from 'resume-parser'
import {
  bodyTooLarge,
  contention,
  merged,
  storageUnavailable,
  unknownReference,
  unsupportedMediaType,
} from '../http/errors'
import type { Section } from '../http/openapi'
import { resumeTooLarge, versionMismatch } from '../prospects/errors'
import { CHANGE_PARAMETERS, ProspectWithMessage } from '../prospects/openapi-schemas'

const MEDIA_TYPES = Object.keys(RESUME_TYPES)

/** `/v1/prospects/{id}/resume`. */
export const resumeSection: Section = {
  tag: 'Prospects',
  ids: { prospects: 'prospect, `prs_…`' },
  parameters: {
    fileName: {
      description: 'The name of the file. By default `resume.pdf`, `resume.docx` or `resume.txt`.',
      example: 'cv.pdf',
    },
    ...CHANGE_PARAMETERS,
  },
  operations: {
    'PUT /v1/prospects/:id/resume': {
      operationId: 'uploadResume',
      summary: 'Upload a resume',
      description:
        'The body is the file: PDF, DOCX or plain text, at most 5 MiB. Its bytes decide the type; another `Content-Type` is rejected. The file replaces the one before. The same file with the same name changes nothing.',
      quotes: ['resumes#Parsing', 'resumes#Filling blanks'],
      responses: {
        200: [
          'The prospect. A new resume has the status `processing` until it is parsed.',
          ProspectWithMessage,
          ['ETag'],
        ],
      },
      errors: [
        merged,
        versionMismatch,
        resumeTooLarge,
        bodyTooLarge,
        unsupportedMediaType,
        unknownReference,
        contention,
        storageUnavailable,
      ],
      conditions: ['If-Match'],
      mediaTypes: ['application/octet-stream', ...MEDIA_TYPES],
    },
    'GET /v1/prospects/:id/resume': {
      operationId: 'downloadResume',
      summary: 'Download a resume',
      description:
        'Returns the bytes of the file as they were uploaded, as a download. Its name always ends in `.pdf`, `.docx` or `.txt`.',
      responses: { 200: ['The file.', MEDIA_TYPES, ['Content-Disposition']] },
      errors: [merged, storageUnavailable],
    },
    'DELETE /v1/prospects/:id/resume': {
      operationId: 'removeResume',
      summary: 'Remove a resume',
      description: 'Fields that the resume filled keep their values.',
      responses: { 204: ['The resume is removed.'] },
      errors: [merged, versionMismatch, unknownReference, contention],
      conditions: ['If-Match'],
    },
  },
}
