// The lines of a panel: sent as they are written, shown to everybody who has the page open as they come. What cannot be
// sent yet stays in the page, in its order, until it can be. Nothing is put into the browser's own storage. Without this
// script the forms send, and the page is loaded again to see what others have written.

const board = document.getElementById('lines')
const state = document.getElementById('lines-state')
const lists = Object.fromEntries([...board.querySelectorAll('ol[data-heading]')].map(one => [one.dataset.heading, one]))
const forms = [...board.querySelectorAll('form[data-heading]')]
const POLL = 5000 // where lines cannot be told of as they come
const PATIENCE = 15000 // for one answer
const STALE = 8000 // without a stream, until it is said
const AGAIN = [500, 1000, 2000, 4000, 8000, 15000] // after a network that did not answer
const mayChange = board.dataset.change || ''
const more = board.dataset.more || ''

let latest = Number(board.dataset.latest)
let ofFindings = Number(board.dataset.latestFindings)
let source = null
let polling = null
let failures = 0
let waits = false // for somebody to sign in
let sending = false
let stale = null
let deaf = false
let timer = null
const unsent = [] // in the order in which they were written

// ---- shown

function text (tag, words, more = '') {
  const made = document.createElement(tag)
  made.textContent = words
  if (more) made.className = more
  return made
}

function said (line) {
  const parts = [line.agency && (line.in_own_record ? `${line.agency}, from its own record` : line.agency)]
  if (board.dataset.names) parts.push(line.by, line.at)
  return parts.filter(Boolean).join(', ')
}

function place (list, item) {
  const after = [...list.children].find(one => Number(one.dataset.place) > Number(item.dataset.place))
  const log = list.parentElement
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40
  if (item.parentElement !== list || item.nextElementSibling !== (after || null)) list.insertBefore(item, after || null)
  if (atEnd) log.scrollTop = log.scrollHeight
}

function show (line) {
  const list = lists[line.heading]
  if (!list) return
  let item = document.getElementById(`line-${line.id}`) || document.getElementById(`sent-${line.sent}`)
  if (line.is_out) {
    item?.remove()
    return
  }
  for (const form of board.querySelectorAll('form[data-offer]')) {
    if (form.elements.sent.value === line.sent) form.closest('li').remove()
  }
  if (item && Number(item.dataset.changed) >= line.changed) return
  item ??= document.createElement('li')
  item.id = `line-${line.id}`
  item.className = ''
  item.dataset.place = line.place
  item.dataset.changed = line.changed
  item.replaceChildren(text('span', line.words, 'maca-words'))
  if (said(line)) item.append(' ', text('span', said(line), 'maca-lines__by'))
  if (line.is_finding) item.append(' ', text('span', 'Agreed', 'govuk-tag govuk-tag--green'))
  else if (mayChange) {
    const link = text('a', 'Change', 'govuk-link')
    link.href = mayChange.replace('0'.repeat(32), line.id)
    link.append(text('span', ` “${line.words.slice(0, 60)}”`, 'govuk-visually-hidden'))
    item.append(' ', link)
  }
  place(list, item)
}

function heard (lines) {
  for (const line of lines) {
    show(line)
    if (line.changed > latest) latest = line.changed
  }
}

// The findings are others: the page shows them as they are now, and leaves what somebody types alone.
async function findings (number) {
  latest = Math.max(latest, number)
  if (number <= ofFindings) return
  const answer = await fetch(`${board.dataset.findings}?since=${number}${more}`, {
    signal: AbortSignal.timeout(PATIENCE)
  }).catch(() => null)
  if (!answer || answer.status >= 500 || answer.status === 429) {
    setTimeout(findings, POLL, number)
    return
  }
  if (!answer.ok || answer.redirected || number <= ofFindings) return
  ofFindings = number
  const now = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const at = document.activeElement?.closest('[id^=findings-]') && document.activeElement.getAttribute('href')
  for (const one of now.querySelectorAll('[data-findings]')) {
    document.getElementById(one.id)?.replaceWith(document.adoptNode(one))
  }
  if (at) board.querySelector(`[id^=findings-] a[href="${CSS.escape(at)}"]`)?.focus()
}

function say (words, problem = false) {
  if (!state) return
  if (state.textContent !== words) state.textContent = words
  state.classList.toggle('govuk-error-message', problem)
}

// ---- followed

function follow () {
  clearInterval(polling)
  polling = null
  source?.close()
  source = new EventSource(`${board.dataset.follow}?since=${latest}${more}`)
  source.addEventListener('line', (event) => heard([JSON.parse(event.data)]))
  source.addEventListener('findings', (event) => findings(Number(event.data)))
  source.addEventListener('open', () => {
    clearTimeout(stale)
    stale = null
    if (deaf) say('')
    deaf = false
  })
  source.addEventListener('error', () => {
    stale ??= setTimeout(isDeaf, STALE)
    // A browser goes on by itself after a stream that ended, but not after an answer that is none.
    if (source.readyState === EventSource.CLOSED) poll()
  })
  source.addEventListener('refused', () => {
    source.close()
    say('This page is no longer told of new lines. Load it again to see what you may see.', true)
  })
}

// A stream that ended and came back is no news; one that stays away is.
function isDeaf () {
  stale = null
  if (source.readyState === EventSource.OPEN) return
  deaf = true
  if (!unsent.length) say('The site cannot be reached, so new lines do not come to this page. It goes on trying.', true)
}

function poll () {
  if (polling) return
  polling = setInterval(ask, POLL)
}

async function ask () {
  const answer = await fetch(`${board.dataset.lines}?since=${latest}${more}`, {
    headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(PATIENCE)
  }).catch(() => null)
  if (!answer || !answer.ok || answer.redirected) return
  const told = await answer.json()
  heard(told.lines)
  findings(told.findings)
  follow()
}

// ---- sent

function number () {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(one => one.toString(16).padStart(2, '0')).join('')
}

// The first point that is offered there comes into the box, to be reworded, and is sent as that point.
function begin (form) {
  const offer = form.parentElement.querySelector('form[data-offer]')
  const box = form.elements.words
  if (!offer || box.value.trim()) return box.focus()
  box.value = offer.elements.words.value
  form.elements.agency.value = offer.elements.agency.value
  form.elements.in_own_record.checked = Boolean(offer.elements.in_own_record)
  form.dataset.sent = offer.elements.sent.value
  form.dataset.question = offer.elements.question.value
  form.dataset.asked = offer.elements.asked.value
  box.focus()
}

// What is written in a box that was emptied is no longer the point that stood in it.
function forget (form) {
  delete form.dataset.sent
  delete form.dataset.question
  delete form.dataset.asked
}

function write (form) {
  const box = form.elements.words
  if (!box.value.trim()) return
  const body = new URLSearchParams(new FormData(form))
  body.set('sent', form.dataset.sent || number())
  for (const name of ['question', 'asked']) if (form.dataset[name]) body.set(name, form.dataset[name])
  forget(form)
  const item = text('li', '', 'maca-lines__unsent')
  item.id = `sent-${body.get('sent')}`
  item.dataset.place = Number.MAX_SAFE_INTEGER
  item.dataset.changed = 0
  item.append(text('span', box.value, 'maca-words'), ' ', text('span', 'Not sent yet', 'maca-lines__by'))
  lists[form.dataset.heading].append(item)
  item.parentElement.parentElement.scrollTop = item.parentElement.parentElement.scrollHeight
  unsent.push({ address: form.action, body, item, form, words: box.value })
  box.value = ''
  // The next line is by somebody else, and nobody has said yet where it stands.
  form.elements.agency.value = ''
  if (form.elements.in_own_record) form.elements.in_own_record.checked = false
  if (unsent.length === 1) send()
}

// One at a time, so that they come in the order in which they were written.
async function send () {
  clearTimeout(timer)
  if (sending) return
  sending = true
  await sendAll()
  sending = false
}

async function sendAll () {
  while (unsent.length && !waits) {
    const one = unsent[0]
    one.body.set('csrfmiddlewaretoken', one.form.elements.csrfmiddlewaretoken.value)
    const answer = await fetch(one.address, {
      method: 'POST', body: one.body, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(PATIENCE)
    }).catch(() => null)
    if (!answer || answer.status >= 500 || answer.status === 429) {
      failures += 1
      say(`The site cannot be reached. ${unsent.length === 1 ? 'A line stays' : `${unsent.length} lines stay`} on this ` +
        'page until it can be. Do not close the page.', true)
      timer = setTimeout(send, AGAIN[Math.min(failures, AGAIN.length) - 1])
      return
    }
    failures = 0
    const told = await answer.json().catch(() => ({}))
    if (answer.ok && told.id) {
      document.dispatchEvent(new Event('maca:heard'))
      // It may have come back already, by the stream, as everybody sees it.
      if (one.item.className) {
        one.item.dataset.place = told.place
        one.item.querySelector('.maca-lines__by').textContent = ''
        one.item.className = ''
        place(one.item.parentElement, one.item)
      }
      unsent.shift()
      if (!unsent.length) say(told.notices.join(' '))
    } else if (answer.status === 401 || answer.ok) { // or another page answered in its place
      waits = true
      say(`${told.words || 'This page no longer fits your sign-in.'} What you wrote stays on this page and is sent when you are back.`, true)
    } else {
      // It will never be taken as it is: the words go back into their box.
      unsent.shift()
      one.item.remove()
      const box = one.form.elements.words
      box.value = [one.words, box.value].filter(Boolean).join('\n')
      say(told.words || 'This line was not taken.', true)
    }
  }
}

for (const form of forms) {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    write(form)
  })
  form.elements.words.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      write(form)
    }
  })
  form.elements.words.addEventListener('input', (event) => { if (!event.target.value.trim()) forget(form) })
  form.addEventListener('keydown', (event) => { if (event.key === 'Escape') event.target.blur() })
}

// What is offered becomes a line; the page stays where it is.
for (const form of board.querySelectorAll('form[data-offer]')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const answer = await fetch(form.action, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: 'application/json' },
      signal: AbortSignal.timeout(PATIENCE)
    }).catch(() => null)
    const told = answer && await answer.json().catch(() => ({}))
    if (answer?.ok && told.id) {
      document.dispatchEvent(new Event('maca:heard'))
      const next = form.closest('li').nextElementSibling?.querySelector('button')
      form.closest('li').remove()
      next?.focus()
    } else say(told?.words || 'The site cannot be reached, so the point was not taken. Try again.', true)
  })
}

// One key a column, where nobody is typing; for those who speak to their machine, it can be switched off.
const keys = document.getElementById('keys')
if (keys) keys.closest('.govuk-checkboxes').hidden = false
document.addEventListener('keydown', (event) => {
  if (!keys?.checked || event.ctrlKey || event.altKey || event.metaKey) return
  if (event.target.closest('input:not([type=checkbox]), textarea, select')) return
  // With Shift a key has another name, by the board that it stands on.
  const offered = event.shiftKey && /^Digit[123]$/.test(event.code)
  const form = forms[Number(offered ? event.code.at(-1) : event.key) - 1]
  if (!form) return
  event.preventDefault()
  if (offered) begin(form)
  else form.elements.words.focus()
})

window.addEventListener('online', () => { if (unsent.length && failures) send() })
window.addEventListener('beforeunload', (event) => {
  if (unsent.length || forms.some(one => one.elements.words.value.trim())) event.preventDefault()
})
window.addEventListener('pagehide', () => source?.close())
window.addEventListener('pageshow', (event) => { if (event.persisted) follow() })

// Whoever signed in again in another tab is heard of here: with the new forgery token, the lines go at once.
const dialog = document.getElementById('time-out')
if (dialog) {
  new BroadcastChannel('maca-time-out').addEventListener('message', ({ data }) => {
    if (data.person !== dialog.dataset.person) return
    for (const form of board.querySelectorAll('form')) form.elements.csrfmiddlewaretoken.value = data.token
    if (!waits) return
    waits = false
    send()
  })
}

// How long the case has been heard. By the clock of this machine: a minute more or less does no harm.
const clock = document.getElementById('clock')
function tick () {
  const minutes = Math.max(0, Math.floor(Date.now() / 60000 - Number(clock.dataset.began) / 60))
  const planned = Number(clock.dataset.minutes)
  const said = `${planned || minutes} ${(planned || minutes) === 1 ? 'minute' : 'minutes'}`
  clock.querySelector('strong').textContent = planned ? ` ${minutes} of ${said}` : ` ${said}`
  clock.classList.toggle('govuk-error-message', planned > 0 && minutes > planned)
}
if (clock) {
  clock.append(document.createElement('strong'))
  tick()
  setInterval(tick, 15000)
}

for (const list of Object.values(lists)) list.parentElement.scrollTop = list.parentElement.scrollHeight
follow()
