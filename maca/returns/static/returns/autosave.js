// Saves a form while it is being written, says when it was saved by the server's clock, and keeps what could not be
// saved in the page until it can. Nothing is put into the browser's own storage, which others at the desk could read.
// Without this script “Save and continue” saves.

const place = document.getElementById('saved')
const others = document.getElementById('others')
const form = place.closest('form')
const PAUSE = 1200 // after the last key
const LONGEST = 5000 // while somebody goes on typing
const PATIENCE = 20000 // for one answer
const AGAIN = [2000, 4000, 8000, 16000, 30000] // after a network that did not answer
const HERE = 20000
const OUTLIVES = 60000

const LOST = 'Not saved: the site cannot be reached. What you wrote stays on this page, and is saved as soon as it can ' +
  'be. Do not close the page.'

let typed = 0 // counts every change
let kept = 0 // which of them the server has
let sending = null
let timer = null
let since = 0 // when the first unsaved change was made
let failures = 0
let waits = false // for somebody: to sign in, to choose, to mend; no use in trying by itself
let leaving = false
let going = false

const unsaved = () => typed !== kept

function say (words, problem = false) {
  if (place.textContent !== words) place.textContent = words
  place.classList.toggle('govuk-hint', !problem)
  place.classList.toggle('govuk-error-message', problem)
}

function sayToSignIn (words) {
  say(words + ' ', true)
  const link = document.createElement('a')
  link.href = place.dataset.signIn
  link.target = '_blank'
  link.rel = 'noopener'
  link.className = 'govuk-link'
  link.textContent = 'Sign in again, in a new tab'
  place.append(link, '. What you wrote stays on this page and is saved when you are back.')
}

function in_ (milliseconds) {
  clearTimeout(timer)
  timer = setTimeout(save, milliseconds)
}

function post (address, body, more = {}) {
  return fetch(address, {
    method: 'POST', body, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(PATIENCE), ...more
  })
}

function send (more) {
  const now = typed
  const body = new URLSearchParams(new FormData(form))
  // A browser lets no more than this outlive its page; what is longer is sent as long as the page is there.
  if (more?.keepalive && body.toString().length > OUTLIVES) more = {}
  return post(place.dataset.autosave, body, more).then(async (answer) => {
    const said = (answer.headers.get('Content-Type') || '').startsWith('application/json') ? await answer.json() : {}
    if (said.version) form.elements.version.value = said.version
    // An answer, whatever it says: the network is there again, and the form may go. A sign-in that ended is waited for.
    if (answer.status < 500 && answer.status !== 429 && answer.status !== 401) failures = 0
    if (answer.ok && said.words) {
      kept = now
      say(said.words)
      document.dispatchEvent(new Event('maca:heard'))
      if (unsaved()) {
        since = Date.now()
        in_(PAUSE)
      }
    } else if (said.own) {
      // An answer got lost on the way: what is there came from this form, and its newest words may follow.
      return send(more)
    } else if (answer.status === 401) {
      waits = true
      sayToSignIn(said.words)
    } else if (said.words) {
      waits = true
      say(said.words.startsWith('Not saved') ? said.words : `Not saved: ${said.words}`, true)
    } else if (answer.status >= 500 || answer.status === 429) {
      throw new Error(answer.status)
    } else {
      waits = true
      sayToSignIn('Not saved: this page no longer fits your sign-in.')
    }
  }).catch(() => {
    failures += 1
    say(LOST, true)
    in_(AGAIN[Math.min(failures, AGAIN.length) - 1])
  })
}

// One sending at a time, so that what was written earlier never comes after what was written later.
async function save (more) {
  clearTimeout(timer)
  if (sending) return sending
  if (!unsaved() || waits) return
  sending = send(more)
  await sending
  sending = null
}

function changed (event) {
  if (event.target.type === 'hidden') return
  if (!unsaved()) since = Date.now()
  typed += 1
  waits = false
  // With the network away the next try has its time already; typing does not put it off.
  if (failures) return
  if (!sending) say('Not saved yet.')
  in_(Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())))
}

// Not “change”: it comes when the field is left, and what it would say would move the page under the pointer.
form.addEventListener('input', changed)

// What a dead network would swallow with the page is saved first; only then does the form go.
form.addEventListener('submit', async (event) => {
  if (going || (!unsaved() && !sending)) {
    leaving = true
    return
  }
  event.preventDefault()
  const button = event.submitter
  clearTimeout(timer)
  await sending
  if (unsaved()) await save()
  if (failures) return
  going = leaving = true
  // While this event is still on its way the form would not go once more.
  setTimeout(() => form.requestSubmit(button))
})

window.addEventListener('online', () => { if (unsaved()) save() })
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') save({ keepalive: true })
})
window.addEventListener('beforeunload', (event) => {
  if (unsaved() && !leaving) event.preventDefault()
})
// Back in this page after it was left, it takes part again.
window.addEventListener('pageshow', () => { going = leaving = false })

// Whoever signed in again in another tab is heard of here: with the new forgery token, the words go at once.
const dialog = document.getElementById('time-out')
if (dialog) {
  new BroadcastChannel('maca-time-out').addEventListener('message', ({ data }) => {
    if (data.person !== dialog.dataset.person) return
    form.elements.csrfmiddlewaretoken.value = data.token
    if (unsaved() && waits) {
      waits = false
      save()
    }
  })
}

async function here () {
  if (document.visibilityState === 'hidden') return
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value, part: place.dataset.part })
  const answer = await post(place.dataset.here, body).catch(() => null)
  if (!answer || !answer.ok) return
  const { words } = await answer.json()
  if (others.textContent !== words) others.textContent = words
}

setInterval(here, HERE)
