export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** The media types of resumes, with their file extensions. */
export const RESUME_TYPES = { 'application/pdf': 'pdf', [DOCX]: 'docx', 'text/plain': 'txt' } as const
export type ResumeType = keyof typeof RESUME_TYPES
export const isResumeType = (type: string): type is ResumeType => Object.hasOwn(RESUME_TYPES, type)

/** The maximum size of a resume, in bytes. */
export const MAX_RESUME = 5 * 1024 * 1024
