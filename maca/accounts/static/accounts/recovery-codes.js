// Offers the codes as a file, and the page to the printer. Without it they can be copied or written down.

const codes = [...document.querySelectorAll('[data-code]')].map((one) => one.textContent)
const text = `Recovery codes for MACA at ${location.host}\nEach works once.\n\n${codes.join('\n')}\n`
const save = document.getElementById('save-codes')
save.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
save.hidden = false
const print = document.getElementById('print-codes')
print.hidden = false
print.addEventListener('click', () => window.print())
