import * as z from 'zod'
import type { Section } from '../http/openapi'

/** The operations that belong to no feature. */
export const serviceSection: Section = {
  tag: 'Service',
  introduction: 'The service itself.',
  operations: {
    'GET /health': {
      operationId: 'getHealth',
      summary: 'Check the health of the service',
      description: 'The service is healthy if it could read each of its databases, at most a second ago.',
      responses: {
        200: [
          'The service is healthy.',
          z.object({ status: z.literal('ok') }).meta({ id: 'Health', description: 'The service is healthy.' }),
        ],
      },
    },
    'GET /openapi.json': {
      operationId: 'getOpenApi',
      summary: 'Get this document',
      description: 'Pages of every origin may read it.',
      responses: {
        200: [
          'The OpenAPI 3.1 document.',
          z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApi', description: 'An OpenAPI 3.1 document.' }),
          ['ETag'],
        ],
        304: ['The `ETag` is still the one in `If-None-Match`.', null, ['ETag']],
      },
      conditions: ['If-None-Match'],
      isFile: true,
    },
  },
}
