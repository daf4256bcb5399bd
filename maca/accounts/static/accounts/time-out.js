// Warns two minutes before the sign-in ends, and clears the screen when it has. The server keeps the time all the
// same: without this script the foot of each page says until when the sign-in lasts.

const WARN = 120
const dialog = document.getElementById('time-out')
const words = document.getElementById('time-out-words')
const stay = dialog.querySelector('form')
const again = stay.nextElementSibling
const others = new BroadcastChannel('maca-time-out')
const now = () => Date.now() / 1000
let ends, longest, written = false, over = false

function token () {
  return stay.elements.csrfmiddlewaretoken.value
}

function lasts (left, atMost) {
  ends = now() + left
  longest = now() + atMost
}

// Another tab of the same person has sent something: this one lasts as long.
function tell () {
  others.postMessage({ person: dialog.dataset.person, left: ends - now(), longest: longest - now(), token: token() })
}

function minutes (seconds) {
  const count = Math.max(1, Math.ceil(seconds / 60))
  return count === 1 ? '1 minute' : `${count} minutes`
}

// A screen reader says a status whenever its words change, so they change by the minute and not by the second.
function say (text) {
  if (words.textContent !== text) words.textContent = text
}

function cover (hidden) {
  for (const part of document.body.children) {
    if (part !== dialog) part.hidden = hidden
  }
}

function open () {
  if (!dialog.open) {
    dialog.showModal()
    document.getElementById('time-out-title').focus()
  }
}

function end () {
  over = true
  if (!written) {
    const back = encodeURIComponent(location.pathname + location.search)
    location.replace(`${dialog.dataset.signIn}?next=${back}`)
    return
  }
  // Words that were typed and not sent are worth keeping; but nobody passing the desk reads them.
  cover(true)
  stay.hidden = true
  again.hidden = false
  document.getElementById('time-out-title').textContent = 'You have been signed out'
  say('What you wrote on this page is kept here, out of sight. Sign in again in a new tab, and come back to send it.')
  open()
}

function look () {
  const left = ends - now()
  if (over) return
  if (left <= 0) {
    end()
  } else if (left <= WARN) {
    const last = longest - now() <= WARN
    stay.hidden = last
    say(last
      ? `You have been signed in for 8 hours, which is the longest. You will be signed out in ${minutes(left)}. Save what you are writing.`
      : `Nothing was sent for a while. You will be signed out in ${minutes(left)}. What you wrote on this page is still here.`)
    open()
  } else if (dialog.open) {
    dialog.close()
  }
}

stay.addEventListener('submit', async (event) => {
  event.preventDefault()
  const answer = await fetch(stay.action, { method: 'POST', body: new FormData(stay) }).catch(() => null)
  if (answer && answer.ok && !answer.redirected) {
    const { left, longest: atMost } = await answer.json()
    lasts(left, atMost)
    tell()
  } else if (answer) {
    ends = now()
  }
  look()
})

others.addEventListener('message', ({ data }) => {
  if (data.person !== dialog.dataset.person) return
  lasts(data.left, data.longest)
  if (over) {
    over = false
    cover(false)
    again.hidden = true
    stay.hidden = false
    // Signing in gave this browser another forgery token.
    for (const field of document.getElementsByName('csrfmiddlewaretoken')) field.value = data.token
  }
  look()
})

document.addEventListener('input', (event) => { written = written || !event.target.closest('#time-out') })
document.addEventListener('submit', (event) => {
  if (event.target !== stay && !event.defaultPrevented) written = false
})
// A script has sent something of this person's, and was heard.
document.addEventListener('maca:heard', () => {
  lasts(Math.min(Math.max(ends - now(), dialog.dataset.left - 60), longest - now()), longest - now())
  tell()
})
document.addEventListener('visibilitychange', look)

lasts(Number(dialog.dataset.left), Number(dialog.dataset.longest))
tell()
look()
setInterval(look, 1000)
