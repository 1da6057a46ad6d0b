export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** What a resume can be, and how such files end. */
export const RESUME_TYPES = { 'application/pdf': 'pdf', [DOCX]: 'docx', 'text/plain': 'txt' } as const
export type ResumeType = keyof typeof RESUME_TYPES
export const isResumeType = (type: string): type is ResumeType => Object.hasOwn(RESUME_TYPES, type)

/** The most that a resume may hold, in bytes. */
export const MAX_RESUME = 5 * 1024 * 1024
