// What the pages of the site do in a browser: the theme, the menu, copying, the search, and the forms that call the API.
// The key stays in the fields of the page: nothing stores it, and only requests to this service carry it.

const all = (selector, within = document) => [...within.querySelectorAll(selector)]
const one = (selector, within = document) => within.querySelector(selector)

/** A new element with text in it. */
function element(tag, text = '', properties = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, properties)
}

one('button.theme').addEventListener('click', () => {
  const root = document.documentElement
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = isDark ? 'light' : 'dark'
  localStorage.setItem('theme', root.dataset.theme)
})

const menu = one('button.menu')
const navigation = one('#navigation')
const showMenu = (isOpen) => {
  navigation.classList.toggle('open', isOpen)
  menu.setAttribute('aria-expanded', isOpen)
}
menu.addEventListener('click', () => showMenu(menu.getAttribute('aria-expanded') === 'false'))
navigation.addEventListener('click', ({ target }) => target.closest('a') && showMenu(false))

for (const block of all('.code')) {
  const code = one('code', block)
  // the examples call this service
  for (const node of all('span', code)
    .concat(code)
    .flatMap(({ childNodes }) => [...childNodes]))
    if (node.nodeType === Node.TEXT_NODE) node.data = node.data.replaceAll('http://localhost:8787', location.origin)
  const copy = element('button', 'Copy', { className: 'copy', type: 'button' })
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent)
    copy.textContent = 'Copied'
    setTimeout(() => {
      copy.textContent = 'Copy'
    }, 1500)
  })
  block.append(copy)
}

// the search

const dialog = one('dialog.search')
const field = one('input', dialog)
const results = one('ul', dialog)
const status = one('p', dialog)
const MOST_RESULTS = 12
/** Resolves to the sections of the site: address, page, heading and text of each. It is loaded once. */
let index

const wordsOf = (text) =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}_]+/u)
    .filter(Boolean)

/** How well a section matches: 0 if it lacks one of the words. Headings count more than text. */
function scoreOf([, page, heading, text], words) {
  const [inHeading, inPage, inText] = [heading, page, text].map((part) => wordsOf(part))
  return words.reduce((score, word) => {
    const has = (list) => list.some((each) => each.startsWith(word))
    const gain = (has(inHeading) && 8 + inHeading.includes(word) * 4) + (has(inPage) && 4) + (has(inText) && 1)
    return gain && score && score + gain - inHeading.length / 20
  }, 1)
}

async function search() {
  index ??= fetch('/docs/search.json').then((response) => response.json())
  const sections = await index
  const words = wordsOf(field.value)
  const found = words.length === 0 ? [] : sections.map((section) => ({ section, score: scoreOf(section, words) }))
  const best = found.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score)
  results.replaceChildren(
    ...best.slice(0, MOST_RESULTS).map(({ section: [href, page, heading] }) => {
      const link = element('a', heading, { href })
      if (page !== heading) link.append(element('small', page))
      const item = element('li')
      item.append(link)
      return item
    }),
  )
  status.textContent = words.length > 0 && best.length === 0 ? 'Nothing found.' : ''
}

function openSearch() {
  dialog.showModal()
  field.select()
  search()
}

one('button.search').addEventListener('click', openSearch)
field.addEventListener('input', search)
addEventListener('keydown', (event) => {
  const isTyping = event.target.closest('input, textarea, select')
  if ((event.key === '/' && !isTyping) || (event.key === 'k' && (event.ctrlKey || event.metaKey))) {
    event.preventDefault()
    openSearch()
  }
})
dialog.addEventListener('keydown', (event) => {
  const links = all('a', results)
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (event.key === 'Enter' && event.target === field) links[0]?.click()
  if (!step) return
  event.preventDefault()
  const next = links.indexOf(document.activeElement) + step
  ;(links[next] ?? field).focus()
})
dialog.addEventListener('click', ({ target }) => (target === dialog || target.closest('a')) && dialog.close())

// the forms

const secrets = all('[data-secret]')
for (const input of secrets)
  input.addEventListener('input', () => {
    for (const other of secrets) if (other.dataset.secret === input.dataset.secret) other.value = input.value
  })

/** Puts the reader's key into the shell lines that get one, so that they can be pasted. Without a key, they create one. */
const KEY_ASSIGNMENT = /^KEY=\$\(.*?\)$/ms
for (const code of all('.code code').filter(({ textContent }) => KEY_ASSIGNMENT.test(textContent))) {
  const original = [...code.childNodes]
  for (const input of all('[data-secret=bearerKey]'))
    input.addEventListener('input', () => {
      code.replaceChildren(...original)
      const key = input.value.trim()
      if (key) code.textContent = code.textContent.replace(KEY_ASSIGNMENT, () => `KEY=${key}`)
    })
}

/** The request that a form describes: its fields are named `<in>.<name>`. */
function requestOf(form) {
  const { method, path } = form.dataset
  const headers = new Headers()
  const query = new URLSearchParams()
  let address = path
  let body
  for (const [field, value] of new FormData(form)) {
    const [where, name] = field.split(/\.(.*)/)
    if (value === '') continue
    if (where === 'path') address = address.replace(`{${name}}`, encodeURIComponent(value))
    if (where === 'query') query.append(name, value)
    // entries of a parameter: `region=North&score.gte=5`
    if (where === 'entries')
      for (const [entry, one] of new URLSearchParams(value)) query.append(`${name}.${entry}`, one)
    if (where === 'header') headers.set(name, value)
    if (where === 'body') body = value
    if (field === 'body.json') headers.set('Content-Type', 'application/json')
  }
  const secret = one('[data-secret]', form)?.value.trim()
  if (secret) headers.set('Authorization', `Bearer ${secret}`)
  const search = query.size > 0 ? `?${query}` : ''
  return new Request(new URL(address + search, location.origin), { method, headers, body, credentials: 'omit' })
}

/** The body of a response, to read. A file is only named. */
async function textOf(response) {
  const type = response.headers.get('Content-Type') ?? ''
  if (/json$/.test(type.split(';')[0])) return JSON.stringify(await response.json(), null, 2)
  return /^text|ndjson/.test(type) ? response.text() : type
}

for (const form of all('form[data-path]'))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const output = one('output', form)
    output.replaceChildren(element('p', 'Sending…'))
    const start = performance.now()
    try {
      const response = await fetch(requestOf(form))
      const text = await textOf(response)
      const took = `${Math.round(performance.now() - start)} ms`
      const body = element('pre', text, { tabIndex: 0 })
      output.replaceChildren(
        element('p', `${response.status} ${response.statusText} · ${took}`),
        ...(text ? [body] : []),
      )
    } catch (error) {
      output.replaceChildren(element('p', `The request could not be sent: ${error.message}`))
    }
  })
