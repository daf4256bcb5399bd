// While a finding is written: what was said before of the same, in this audit and in earlier ones. Nothing is kept of what
// is asked. Without this script the button “Look for the same” shows it.

const place = document.getElementById('alike')
const form = place.closest('form')
const box = form.elements.text
const [heading, list] = [place.querySelector('h2'), place.querySelector('ul')]
const PAUSE = 600 // after the last key
const LEAST = 12 // characters

let timer = null
let asked = ''

function text (tag, words, more = '') {
  const made = document.createElement(tag)
  made.textContent = words
  if (more) made.className = more
  return made
}

// What a strength holds besides: an action, which one press puts into its box, and what speaks against it.
function showWithin ({ still_to_do: action, against }) {
  const said = []
  if (action) {
    const offer = text('p', `This may hold an action: “${action}” `, 'govuk-inset-text')
    if (form.elements.proposed && !form.elements.proposed.value.includes(action)) {
      const take = text('button', 'Propose it as an action', 'maca-link-button')
      take.type = 'button'
      take.addEventListener('click', () => {
        form.elements.proposed.value = [form.elements.proposed.value, action].filter(Boolean).join('\n')
        form.elements.proposed.focus()
        form.elements.proposed.dispatchEvent(new Event('keyup')) // which counts the letters
        take.remove()
      })
      offer.append(take)
    }
    said.push(offer)
  }
  if (against) {
    said.push(text('p', `This may be more than a strength: “${against}” If so, say that under another heading too.`, 'govuk-inset-text'))
  }
  document.getElementById('within').replaceChildren(...said)
}

async function look () {
  const words = box.value.trim()
  if (words.length < LEAST || words === asked) return
  asked = words
  const body = new URLSearchParams(new FormData(form))
  body.set('look', 'yes')
  const answer = await fetch(form.action, {
    method: 'POST', body, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(10000)
  }).catch(() => null)
  if (!answer || !answer.ok || asked !== words) return
  const { alike, themes, within } = await answer.json()
  showWithin(within)
  const suggested = document.getElementById('suggested')
  suggested.hidden = !themes.length
  suggested.querySelector('strong').textContent = themes.map(([, called]) => called).join('; ')
  // To the top of the list, where they are seen; what is ticked stays as it is.
  const boxes = themes.map(([code]) => form.querySelector(`input[name="themes"][value="${CSS.escape(code)}"]`))
  const items = boxes.filter(Boolean).map((one) => one.closest('.govuk-checkboxes__item'))
  items[0]?.parentElement.prepend(...items)
  heading.hidden = !alike.length
  heading.textContent = 'Said before'
  list.replaceChildren(...alike.map((one) => {
    const item = text('li', `${one.text} `)
    item.append(text('span', `${one.where}: ${one.heading}`, 'govuk-hint govuk-!-display-inline'))
    return item
  }))
}

form.querySelector('button[name=look]').remove()
box.addEventListener('input', () => {
  clearTimeout(timer)
  timer = setTimeout(look, PAUSE)
})
look()
