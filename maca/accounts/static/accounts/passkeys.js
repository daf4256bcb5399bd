// Asks the browser for a passkey, and puts what it answers into the form. WebAuthn has no way without a script;
// wherever this is offered, a code or a password is offered too.

const { create, get } = window.webauthnJSON
const NOT_DONE = 'No passkey was used. Try again, or choose another way.'

function problem (form, text) {
  const place = form.querySelector('[role=alert]')
  place.textContent = text
}

async function credential (form) {
  const { options, ask } = form.dataset
  if (ask === 'create') {
    const wanted = JSON.parse(options)
    Object.assign(wanted.publicKey.authenticatorSelection, {
      residentKey: 'required', requireResidentKey: true, userVerification: 'required'
    })
    return create(wanted)
  }
  if (options) return get(JSON.parse(options))
  const answer = await fetch(form.action, { headers: { Accept: 'application/json' } })
  return get((await answer.json()).request_options)
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  const button = form.querySelector('[data-passkey-button]')
  if (!window.PublicKeyCredential) {
    problem(form, 'This browser cannot use passkeys.')
    continue
  }
  button.hidden = false
  button.addEventListener('click', async (event) => {
    event.preventDefault()
    problem(form, '')
    try {
      form.elements[form.dataset.passkey].value = JSON.stringify(await credential(form))
    } catch {
      problem(form, NOT_DONE)
      return
    }
    form.submit()
  })
}
