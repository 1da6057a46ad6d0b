import { expect, test } from 'vitest'
import { periodsOf } from '../src/fields/dates'

const periods = (text: string) =>
  periodsOf(text).map(
    ({ startDate, endDate, isCurrent }) => `${startDate ?? ''} – ${isCurrent ? 'now' : (endDate ?? '')}`,
  )

test.each([
  ['06/2019 – Present', '2019-06 – now'],
  ["Jun '19–Now", '2019-06 – now'],
  ['Jan-2018 to Mar-2020', '2018-01 – 2020-03'],
  ['2018 Jan - 2020 Mar', '2018-01 – 2020-03'],
  ['2018, Jan – 2020, Feb', '2018-01 – 2020-02'],
  ['Mar2018-Apr2019', '2018-03 – 2019-04'],
  ['2019.06 - 2021.08', '2019-06 – 2021-08'],
  ['05 / 2018 – 06 / 2020', '2018-05 – 2020-06'],
  ['6/19 to 8/21', '2019-06 – 2021-08'],
  ['9/15/19 - 3/2/21', '2019-09 – 2021-03'],
  ['06/15/2014 - 08/31/2018', '2014-06 – 2018-08'],
  ['15/06/2014–31/08/2018', '2014-06 – 2018-08'],
  ['20-Jun-2018 to 30-Jul-2020', '2018-06 – 2020-07'],
  ['2018-06-01 to 2020-07-31', '2018-06 – 2020-07'],
  ['January 2018 - Present (5 years 2 months)', '2018-01 – now'],
  ['May 2017 - (current)', '2017-05 – now'],
  ['(Mar 2018 to date)', '2018-03 – now'],
  ['Nov 2020 - until now', '2020-11 – now'],
  ['Present - June 2019', '2019-06 – now'],
  ['May – August 2022', '2022-05 – 2022-08'],
  ['FY2019 - FY2021', '2019 – 2021'],
  ['Spring 2019 – Fall 2020', '2019 – 2020'],
  ['02/2019 - 06/2016', '2016-06 – 2019-02'],
  ['2017 to', '2017 – now'],
  ['Summer 2017', ' – 2017'],
  ['2016–18', '2016 – 2018'],
  ["'98 - '03", '1998 – 2003'],
  ['Enero 2018 – Actualidad', '2018-01 – now'],
  ['$2018 of 2,019 sales', ''],
  ['Marion 2018', ' – 2018'],
])('%s: %s', (text, expected) => expect(periods(text).join()).toBe(expected))
