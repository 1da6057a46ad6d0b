import { accountSection, operatorSection } from '../accounts/openapi'
import { catalogSection } from '../catalog/openapi'
import { fieldSection } from '../catalog/openapi-fields'
import type { Section } from '../http/openapi'
import { bulkSection, importSection } from '../imports/openapi'
import { prospectSection } from '../prospects/openapi'
import { duplicateSection } from '../prospects/openapi-duplicates'
import { orErased, ProspectSchema } from '../prospects/openapi-schemas'
import { resumeSection } from '../resumes/openapi'
import { webhookSection } from '../webhooks/openapi'
import { describeEvents } from '../webhooks/openapi-events'
import { serviceSection } from './service'

const events = describeEvents(orErased(ProspectSchema))

/** The requests that webhooks receive. */
export const WEBHOOKS = events.webhooks

/** The reference, section by section. */
export const SECTIONS: Section[] = [
  prospectSection,
  bulkSection(prospectSection),
  duplicateSection,
  resumeSection,
  importSection,
  catalogSection,
  fieldSection,
  events.section,
  webhookSection,
  accountSection,
  operatorSection,
  serviceSection,
]
