/* The design system comes to life, and again in each part that htmx has fetched: a second init() of the whole would bind twice. */
DKFDS.init();
document.body.addEventListener("htmx:afterSwap", (swapped) => DKFDS.init({ scope: swapped.detail.elt }));
