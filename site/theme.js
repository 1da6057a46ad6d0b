// Runs before the page is drawn, so that it is not drawn in the wrong colours first.
const chosen = localStorage.getItem('theme')
if (chosen) document.documentElement.dataset.theme = chosen
