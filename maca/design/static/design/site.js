// Starts the GOV.UK components. A file of its own, because the content security policy allows no inline script.
// Every page works without it.
document.body.classList.add('js-enabled', 'govuk-frontend-supported')

const { initAll } = await import(document.querySelector('link[rel="modulepreload"]').href)
initAll()
