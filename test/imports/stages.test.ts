import { beforeEach, describe, expect, test } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { asText, holdImports, imported } from '../support/import-files'

let account: Account
beforeEach(async () => {
  holdImports()
  account = await newAccount()
})

const pipeline = async (name: string, stages: string[]): Promise<string> =>
  (await account.post('/v1/pipelines', { name, stages })).json.id
const stagesOf = async () =>
  (await account.list('limit=1000&sort=createdAt')).json.prospects.map(({ currentStage, pipelineId }) => [
    currentStage,
    pipelineId,
  ])

describe('the stage of a row', () => {
  test('can be given by name, in any case, and creates nothing', async () => {
    const stages = (await account.get('/v1/stages')).json.items
    const { errors } = await imported(account, `name,Stage\nAnn Lee, ${stages[1].name.toUpperCase()} \nBob Ray,\n`)
    expect(errors).toEqual([])
    expect(await stagesOf()).toEqual([
      [stages[1].name, stages[1].pipelineId],
      [stages[0].name, stages[0].pipelineId],
    ])
    expect((await account.get('/v1/stages')).json.items).toEqual(stages)
  })

  test('that does not exist is an error of the row, which lists the stages and quotes nothing', async () => {
    const { errors, created, failed } = await imported(account, 'name,Stage\nAnn Lee,Secretive\nBob Ray,New\n')
    expect([created, failed, errors.map(asText)]).toEqual([1, 1, ['2 Stage stage unknown_name']])
    const names = (await account.get('/v1/stages')).json.items.map(({ name }: { name: string }) => `"${name}"`)
    expect(errors[0]?.message).toBe(`There is no stage of this name. The stages are ${names.join(', ')}.`)
  })

  test('is one of the pipeline that the row, the prospect or the import names, or else of the default pipeline', async () => {
    const [sales, other] = [await pipeline('Sales', ['New', 'Won']), await pipeline('Other', ['New'])]
    const start = (await account.get('/v1/stages')).json.items[0].pipelineId
    await account.prospect({ firstName: 'Old', lastName: 'Hand', email: 'old@example.com', pipelineId: other })
    const FILE = [
      'name,email,Stage,Pipeline,stageId',
      'Old Hand,old@example.com,new,,',
      'Ann Lee,,New,SALES,',
      'Bob Ray,,New,,',
      'Cat Fox,,Won,,',
      'Dan Poe,,,Sales,',
    ]
    const done = await imported(account, FILE.join('\n'), { query: '?update=true' })
    expect([done.unchanged, done.errors]).toEqual([1, []])
    expect(await stagesOf()).toEqual([
      ['New', other],
      ['New', sales],
      ['New', start],
      ['Won', sales],
      ['New', sales],
    ])
    const chosen = await imported(account, 'name,Stage\nEve May,New\n', { query: `?pipelineId=${sales}` })
    expect([chosen.errors, (await stagesOf()).at(-1)]).toEqual([[], ['New', sales]])
  })

  test('that is not in the pipeline of the row, or in several others, is an error', async () => {
    await pipeline('Sales', ['Won', 'Lost'])
    await pipeline('Other', ['Won'])
    const { errors } = await imported(account, 'name,Stage,Pipeline\nAnn Lee,Won,\nBob Ray,Lost,Other\nCat Fox,,None\n')
    expect(errors.map((error) => [asText(error), error.message])).toEqual([
      ['2 Stage stage unknown_name', 'Several pipelines have a stage of this name. Name the pipeline too.'],
      ['3 Stage stage unknown_name', 'There is no stage of this name. The stages are "Won".'],
      [
        '4 Pipeline pipeline unknown_name',
        expect.stringMatching(/^There is no pipeline of this name. The pipelines are ".+", "Sales", "Other"\.$/),
      ],
    ])
  })

  test('by id wins over the name', async () => {
    const { id, name } = (await account.get('/v1/stages')).json.items[1]
    const { errors } = await imported(
      account,
      `{"name":"Ann Lee","stage":"None","pipeline":"None","stageId":"${id}"}\n`,
      {
        type: 'application/x-ndjson',
      },
    )
    expect([errors, (await stagesOf())[0]?.[0]]).toEqual([[], name])
  })

  test('of the import is for rows without a stage', async () => {
    const [first, second] = (await account.get('/v1/stages')).json.items
    await imported(account, `name,Stage\nAnn Lee,${first.name}\nBob Ray,\n`, { query: `?stageId=${second.id}` })
    expect((await stagesOf()).map(([name]) => name)).toEqual([first.name, second.name])
  })

  test('that is not a text is an error', async () => {
    const { errors } = await imported(account, '{"name":"Ann Lee","stage":1}\n', { type: 'application/x-ndjson' })
    expect(errors.map(asText)).toEqual(['1 stage stage wrong_type'])
  })
})
